/** Edits and lookups touch one chunk and the list of chunks, so neither grows with the whole text. */
const CHUNK_LENGTH = 1024

interface Chunk {
  text: string
  codePointCount: number
}

/** A text that is edited at UTF-16 offsets and asked about code points. */
export interface CodePointText {
  /** The UTF-16 offset of a code point; the text's length for the position behind the last one. */
  toOffset(position: number): number | undefined
  replace(offset: number, deletedLength: number, inserted: string): void
}

/** Keeps what is needed to turn the code point positions of a trace into Yjs's UTF-16 offsets. */
export function createCodePointText(initial: string): CodePointText {
  const chunks = splitIntoChunks(initial)

  function toOffset(position: number): number | undefined {
    let offset = 0
    let remaining = position
    for (const chunk of chunks) {
      if (remaining <= chunk.codePointCount) return offset + offsetInChunk(chunk, remaining)
      offset += chunk.text.length
      remaining -= chunk.codePointCount
    }
    return remaining === 0 ? offset : undefined
  }

  function replace(offset: number, deletedLength: number, inserted: string): void {
    let first = 0
    let start = offset
    for (; first < chunks.length - 1; first++) {
      const length = chunks[first]?.text.length ?? 0
      if (start <= length) break
      start -= length
    }
    let last = first
    let touched = chunks[first]?.text ?? ''
    while (touched.length < start + deletedLength && last < chunks.length - 1) {
      last++
      touched += chunks[last]?.text ?? ''
    }
    const text = touched.slice(0, start) + inserted + touched.slice(start + deletedLength)
    chunks.splice(first, last - first + 1, ...splitIntoChunks(text))
  }

  return { toOffset, replace }
}

/** How many code points a text has. */
export function countCodePoints(text: string): number {
  let count = 0
  for (let offset = 0; offset < text.length; offset += widthAt(text, offset)) count++
  return count
}

function offsetInChunk({ text, codePointCount }: Chunk, position: number): number {
  if (codePointCount === text.length) return position
  let offset = 0
  for (let passed = 0; passed < position; passed++) offset += widthAt(text, offset)
  return offset
}

function splitIntoChunks(text: string): Chunk[] {
  if (text.length <= 2 * CHUNK_LENGTH) return text === '' ? [] : [createChunk(text)]
  const chunks: Chunk[] = []
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + CHUNK_LENGTH, text.length)
    if (end < text.length && isLowSurrogate(text, end)) end++
    chunks.push(createChunk(text.slice(start, end)))
    start = end
  }
  return chunks
}

function createChunk(text: string): Chunk {
  return { text, codePointCount: countCodePoints(text) }
}

function widthAt(text: string, offset: number): number {
  return (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
}

function isLowSurrogate(text: string, offset: number): boolean {
  const unit = text.charCodeAt(offset)
  return unit >= 0xdc00 && unit <= 0xdfff
}
