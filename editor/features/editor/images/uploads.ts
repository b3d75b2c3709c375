import type { Node, NodeType, ResolvedPos } from '@tiptap/pm/model'
import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state'
import { insertPoint } from '@tiptap/pm/transform'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { ApiError, describeError } from '../../../api/api-error.ts'
import { findPin, isFromBinding, type Pin, pinPosition } from '../remote-changes.ts'
import type { ImageFiles } from './image-files.ts'

type Step =
  | {
      readonly kind: 'begin'
      readonly id: object
      readonly at: number
      readonly dom: HTMLElement
      readonly pin: Pin
    }
  | { readonly kind: 'end'; readonly id: object }

const key = new PluginKey<DecorationSet>('imageUploads')
/** How many are sent at once: the server takes few of one person. */
const AT_ONCE = 2
/** How often an upload that the server has no room for is tried. */
const ATTEMPTS = 10
/** How long it is said that an upload failed, ms. */
const FAILURE_MS = 8_000

/** Uploads images to where somebody is writing; for menus. */
export function uploadImages(
  view: EditorView,
  images: readonly File[],
  at = view.state.selection.from,
): void {
  const plugin = key.get(view.state)
  const begin: unknown = plugin?.spec['begin']
  if (typeof begin === 'function') begin(view, images, at)
}

/** Images that are pasted or dropped are uploaded; meanwhile a mark of this editor's own holds their place. */
export function createUploads(files: ImageFiles): Plugin<DecorationSet> {
  const underway = new Set<AbortController>()
  const send = createTurns(AT_ONCE)

  /** They come to stand in the order in which they were given, whichever is sent first. */
  function begin(view: EditorView, images: readonly File[], at: number): void {
    let before: Promise<unknown> = Promise.resolve()
    for (const image of images) before = beginOne(view, image, at, before)
  }

  /** Resolves when it stands there, or will not. */
  function beginOne(view: EditorView, image: File, at: number, before: Promise<unknown>): Promise<void> {
    const [id, controller, dom] = [{}, new AbortController(), createPlaceholder(image.name)]
    const tell = (step: Step) => {
      if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(key, step))
    }
    underway.add(controller)
    tell({ kind: 'begin', id, at, dom, pin: pinPosition(view.state, at) })
    const onProgress = (part: number) => {
      const bar = dom.querySelector('progress')
      if (bar !== null) bar.value = part
    }
    const upload = () => files.upload(image, { signal: controller.signal, onProgress })
    const sent = isImage(image)
      ? send(() => whenThereIsRoom(upload, controller.signal))
      : Promise.reject(
          new ApiError('unsupported-media-type', 'This is no image. Only images can be put here.'),
        )
    return Promise.all([sent, measure(image), before]).then(
      ([{ id: fileId }, size]) => {
        underway.delete(controller)
        if (view.isDestroyed) return
        const place = findHeld(view.state, id)
        const type = view.state.schema.nodes['image']
        tell({ kind: 'end', id })
        // Whoever has lost the right to write meanwhile, or the paragraph, has no place for it.
        if (place === undefined || type === undefined || !view.editable) return
        insertImage(view, place.from, type.create({ fileId, ...size }))
      },
      (error: unknown) => {
        underway.delete(controller)
        dom.textContent = `${image.name}: ${describeError(error)}`
        dom.setAttribute('role', 'alert')
        setTimeout(() => tell({ kind: 'end', id }), FAILURE_MS)
      },
    )
  }

  function take(view: EditorView, data: DataTransfer | null, at: number): boolean {
    const given = [...(data?.files ?? [])]
    if (given.length === 0 || !view.editable) return false
    // Other programs copy words together with a picture of them.
    if (hasWords(data?.getData('text/html') ?? '')) return false
    begin(view, given, at)
    return true
  }

  return new Plugin<DecorationSet>({
    key,
    begin,
    state: {
      init: () => DecorationSet.empty,
      apply(transaction, before, _old, state) {
        const mapped = isFromBinding(transaction)
          ? placeAgain(before, state)
          : before.map(transaction.mapping, transaction.doc)
        const step = transaction.getMeta(key) as Step | undefined
        if (step === undefined) return mapped
        if (step.kind === 'begin') return mapped.add(transaction.doc, [hold(step.at, step)])
        return mapped.remove(mapped.find(undefined, undefined, (spec) => spec['id'] === step.id))
      },
    },
    props: {
      decorations: (state) => key.getState(state),
      handlePaste: (view, event) => take(view, event.clipboardData, view.state.selection.from),
      handleDrop(view, event, _slice, isMoved) {
        if (isMoved) return false
        const place = view.posAtCoords({ left: event.clientX, top: event.clientY })
        return take(view, event.dataTransfer, place?.pos ?? view.state.selection.from)
      },
    },
    view: () => ({
      destroy() {
        for (const controller of underway) controller.abort()
      },
    }),
  })
}

const findHeld = (state: EditorState, id: object) =>
  key.getState(state)?.find(undefined, undefined, (spec) => spec['id'] === id)[0]

/** Puts an image where its place was held. Others whose place was the same come behind it. */
function insertImage(view: EditorView, at: number, image: Node): void {
  const { state } = view
  const place = findRoom(state.doc.resolve(at), image.type)
  const others = key.getState(state)?.find(at, at) ?? []
  const tr = state.tr.replaceRangeWith(place, place, image)
  view.dispatch(tr)
  const behind = tr.mapping.map(place)
  for (const { spec } of others) {
    view.dispatch(view.state.tr.setMeta(key, { kind: 'end', id: spec['id'] } satisfies Step))
    const pin = pinPosition(view.state, behind)
    const step: Step = { kind: 'begin', id: spec['id'], at: behind, dom: spec['dom'], pin }
    view.dispatch(view.state.tr.setMeta(key, step))
  }
}

/** An empty paragraph is left behind it, for who was about to write there. */
function findRoom($at: ResolvedPos, type: NodeType): number {
  const { parent, pos, doc } = $at
  // Below a summary: to split it would tear the details in two.
  if (parent.type.name === 'detailsSummary') return $at.after() + 1
  const isEmptyLine = parent.isTextblock && parent.content.size === 0
  if (isEmptyLine && $at.node(-1).canReplaceWith($at.index(-1), $at.index(-1), type)) return $at.before()
  return insertPoint(doc, pos, type) ?? pos
}

const hold = (at: number, { id, dom, pin }: { id: object; dom: HTMLElement; pin: Pin }) =>
  Decoration.widget(at, dom, { id, dom, pin })

/** What others write replaces the whole text: places are found again by what they are pinned to. */
function placeAgain(before: DecorationSet, state: EditorState): DecorationSet {
  const placed = before.find().flatMap(({ spec }) => {
    const at = findPin(state, spec.pin)
    return at === null ? [] : [hold(at, spec)]
  })
  return DecorationSet.create(state.doc, placed)
}

/** Runs so many at a time, the others behind them. */
function createTurns(count: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <Result>(run: () => Promise<Result>): Promise<Result> => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      return await run()
    } finally {
      running--
      waiting.shift()?.()
    }
  }
}

/** Tries again when the server says, if it has no room for an upload now. */
async function whenThereIsRoom<Result>(upload: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await upload()
    } catch (error) {
      const isFull = error instanceof ApiError && error.code === 'too-many-uploads'
      if (!isFull || attempt === ATTEMPTS || signal.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, error.problem?.retryAfterMs ?? 1_000))
    }
  }
}

const hasWords = (html: string) =>
  html !== '' && new DOMParser().parseFromString(html, 'text/html').body.textContent?.trim() !== ''

const isImage = ({ type }: File) => type.startsWith('image/')

/** How large it is, so that its place is kept for everybody while it loads. Empty if it cannot be read. */
async function measure(image: File): Promise<{ width: number; height: number } | Record<string, never>> {
  try {
    const bitmap = await createImageBitmap(image)
    const scale = Math.min(1, MAX_FIRST_WIDTH / bitmap.width)
    const size = {
      width: Math.round(bitmap.width * scale),
      height: Math.max(1, Math.round(bitmap.height * scale)),
    }
    bitmap.close()
    return size
  } catch {
    // The server says whether it is an image.
    return {}
  }
}

/** How wide an image is at first at most, CSS pixels: as wide as the text. */
const MAX_FIRST_WIDTH = 704

function createPlaceholder(name: string): HTMLElement {
  const dom = document.createElement('span')
  dom.className = 'page-image-upload'
  dom.contentEditable = 'false'
  const bar = document.createElement('progress')
  bar.max = 1
  bar.value = 0
  bar.setAttribute('aria-label', `Uploading ${name}`)
  dom.append(bar)
  return dom
}
