import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state'
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

/** Uploads images to where somebody is writing; for menus. Files that are no images are left out. */
export function uploadImages(
  view: EditorView,
  images: readonly File[],
  at = view.state.selection.from,
): void {
  const plugin = key.get(view.state)
  const begin: unknown = plugin?.spec['begin']
  if (typeof begin === 'function') for (const image of images.filter(isImage)) begin(view, image, at)
}

/** Images that are pasted or dropped are uploaded; meanwhile a mark of this editor's own holds their place. */
export function createUploads(files: ImageFiles): Plugin<DecorationSet> {
  const underway = new Set<AbortController>()
  const send = createTurns(AT_ONCE)

  function begin(view: EditorView, image: File, at: number): void {
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
    Promise.all([send(() => whenThereIsRoom(upload, controller.signal)), measure(image)]).then(
      ([{ id: fileId }, size]) => {
        underway.delete(controller)
        if (view.isDestroyed) return
        const place = key
          .getState(view.state)
          ?.find(undefined, undefined, (spec) => spec['id'] === id)[0]?.from
        const type = view.state.schema.nodes['image']
        tell({ kind: 'end', id })
        // Whoever has lost the right to write meanwhile, or the paragraph, has no place for it.
        if (place === undefined || type === undefined || !view.editable) return
        view.dispatch(view.state.tr.replaceRangeWith(place, place, type.create({ fileId, ...size })))
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
    const images = [...(data?.files ?? [])].filter(isImage)
    if (images.length === 0 || !view.editable) return false
    for (const image of images) begin(view, image, at)
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
