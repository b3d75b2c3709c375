import type { Node } from '@tiptap/pm/model'
import type { EditorView, NodeView } from '@tiptap/pm/view'
import { Image, type ImageAttributes } from '../../../../shared/document/image.ts'
import { isFileId } from '../../../../shared/document/image-address.ts'
import type { ImageAddresses, ImageFiles } from './image-files.ts'
import { createImageFrame } from './image-frame.ts'
import { createUploads } from './uploads.ts'

/** The smallest width that an image can be given by hand, CSS pixels. */
const MIN_WIDTH = 40
/** How much wider or narrower an arrow key, or Page Up and Page Down, make it, CSS pixels. */
const STEP = 20
const LARGE_STEP = 100

/** The schema's image with its view: fetched with the person's token, resized by handle and by keyboard. */
export function createImageExtension(files: ImageFiles) {
  return Image.extend({
    addNodeView() {
      return ({ node, view, getPos }) => createImageView(node, view, getPos, files.addresses)
    },
    addProseMirrorPlugins: () => [createUploads(files)],
  })
}

/** How wide a key on the handle wants the image to be. */
function readWanted(key: string, width: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return width + STEP
    case 'ArrowLeft':
    case 'ArrowDown':
      return width - STEP
    case 'PageUp':
      return width + LARGE_STEP
    case 'PageDown':
      return width - LARGE_STEP
    case 'Home':
      return MIN_WIDTH
    case 'End':
      return Number.POSITIVE_INFINITY
    default:
      return undefined
  }
}

/** An image in the page: a frame around it that has its place before it is loaded, and a handle. */
function createImageView(
  initial: Node,
  view: EditorView,
  getPos: () => number | undefined,
  addresses: ImageAddresses,
): NodeView {
  let node = initial
  const frame = createImageFrame(addresses)
  const { dom, picture } = frame
  const handle = document.createElement('span')
  handle.className = 'page-image-handle'
  handle.tabIndex = 0
  handle.setAttribute('role', 'slider')
  handle.setAttribute('aria-label', 'Width of the image')
  handle.setAttribute('aria-valuemin', String(MIN_WIDTH))
  dom.append(handle)

  function show(): void {
    frame.show(node.attrs as ImageAttributes)
    handle.hidden = !view.editable || !isFileId(node.attrs['fileId'])
  }

  /** Says how wide it is and can be, once it is laid out: only then is there a handle to see. */
  function describe(): void {
    const limit = Math.max(MIN_WIDTH, findLimit())
    const width = Math.min(Math.max(picture.clientWidth, MIN_WIDTH), limit)
    handle.setAttribute('aria-valuemax', String(limit))
    handle.setAttribute('aria-valuenow', String(width))
    handle.setAttribute('aria-valuetext', `${width} pixels`)
  }

  /** The widest that it can be: the room in what it stands in. */
  function findLimit(): number {
    const around = dom.parentElement ?? dom
    const { paddingLeft, paddingRight } = getComputedStyle(around)
    return Math.floor(around.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight))
  }

  function resize(width: number): void {
    const at = getPos()
    if (at === undefined || !view.editable) return
    const next = Math.round(Math.max(Math.min(width, findLimit()), MIN_WIDTH))
    const ratio = picture.naturalWidth > 0 ? picture.naturalHeight / picture.naturalWidth : null
    const height = ratio === null ? null : Math.max(1, Math.round(next * ratio))
    view.dispatch(view.state.tr.setNodeMarkup(at, null, { ...node.attrs, width: next, height }))
  }

  handle.addEventListener('keydown', (event) => {
    const wanted = readWanted(event.key, picture.clientWidth)
    if (wanted === undefined) return
    event.preventDefault()
    resize(wanted)
  })
  handle.addEventListener('pointerdown', (event) => {
    event.preventDefault()
    handle.setPointerCapture(event.pointerId)
    const [startX, startWidth] = [event.clientX, picture.clientWidth]
    const widthAt = (moved: PointerEvent) => Math.max(MIN_WIDTH, startWidth + moved.clientX - startX)
    const follow = (moved: PointerEvent) => {
      picture.removeAttribute('height')
      picture.width = widthAt(moved)
    }
    const end = (moved: PointerEvent) => {
      handle.removeEventListener('pointermove', follow)
      if (moved.type === 'pointerup') resize(widthAt(moved))
      else show()
    }
    handle.addEventListener('pointermove', follow)
    handle.addEventListener('pointerup', end, { once: true })
    handle.addEventListener('pointercancel', end, { once: true })
  })

  const sizes = new ResizeObserver(describe)
  sizes.observe(picture)
  // The window may have another width since.
  handle.addEventListener('focus', describe)
  frame.load(node.attrs as ImageAttributes)
  show()
  return {
    dom,
    update(next) {
      if (next.type !== node.type) return false
      const isSame = ['fileId', 'src', 'alt'].every((name) => next.attrs[name] === node.attrs[name])
      node = next
      if (!isSame) frame.load(node.attrs as ImageAttributes)
      show()
      return true
    },
    stopEvent: (event) => event.target === handle,
    ignoreMutation: () => true,
    destroy() {
      sizes.disconnect()
      frame.leave()
    },
  }
}
