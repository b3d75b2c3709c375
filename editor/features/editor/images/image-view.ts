import type { Node } from '@tiptap/pm/model'
import type { EditorView, NodeView } from '@tiptap/pm/view'
import { Image, isFileId, isImageAddress } from '../../../../shared/document/image.ts'
import { createImageAddresses, type ImageAddresses, type ImageFiles } from './image-files.ts'
import { createUploads } from './uploads.ts'

/** The smallest width that an image can be given by hand, CSS pixels. */
const MIN_WIDTH = 40
/** How much wider or narrower a key makes it, CSS pixels. */
const STEP = 20

/** The schema's image with its view: fetched with the person's token, resized by handle and by keyboard. */
export function createImageExtension(files: ImageFiles) {
  const addresses = createImageAddresses(files.read)
  return Image.extend({
    addNodeView() {
      return ({ node, view, getPos }) => createImageView(node, view, getPos, addresses)
    },
    addProseMirrorPlugins: () => [createUploads(files)],
  })
}

/** An image in the page: a frame around it that has its place before it is loaded, and a handle. */
function createImageView(
  initial: Node,
  view: EditorView,
  getPos: () => number | undefined,
  addresses: ImageAddresses,
): NodeView {
  let node = initial
  let leave: (() => void) | null = null
  const dom = document.createElement('div')
  dom.className = 'page-image'
  const picture = document.createElement('img')
  picture.draggable = false
  const words = document.createElement('a')
  const handle = document.createElement('span')
  handle.className = 'page-image-handle'
  handle.tabIndex = 0
  handle.setAttribute('role', 'slider')
  handle.setAttribute('aria-label', 'Width of the image')
  handle.setAttribute('aria-valuemin', String(MIN_WIDTH))
  dom.append(picture, words, handle)

  function say(text: string): void {
    words.textContent = text
    words.hidden = text === ''
  }

  function load(): void {
    leave?.()
    leave = null
    const { fileId, src, alt } = node.attrs
    picture.removeAttribute('src')
    picture.hidden = true
    words.removeAttribute('href')
    if (isFileId(fileId)) {
      const taken = addresses.take(fileId)
      leave = taken.leave
      say('Loading the image…')
      taken.address.then(
        (address) => {
          if (leave !== taken.leave) return
          picture.src = address
          picture.hidden = false
          say('')
        },
        () => {
          if (leave === taken.leave)
            say(alt ? `${alt} (the image cannot be shown)` : 'The image cannot be shown.')
        },
      )
    } else if (isImageAddress(src)) {
      // It is not fetched: whoever runs that place would learn who reads this page.
      words.href = src
      words.rel = 'noopener noreferrer nofollow'
      words.target = '_blank'
      say(`Image at ${new URL(src).host}${alt ? `: ${alt}` : ''}`)
    } else say('There is no image here.')
  }

  function show(): void {
    const { alt, title, width, height, align } = node.attrs
    picture.alt = typeof alt === 'string' ? alt : ''
    if (typeof title === 'string') picture.title = title
    else picture.removeAttribute('title')
    setOrRemove(picture, 'width', width)
    setOrRemove(picture, 'height', height)
    setOrRemove(dom, 'data-align', align)
    handle.hidden = !view.editable || !isFileId(node.attrs['fileId'])
    handle.setAttribute('aria-valuenow', String(width ?? picture.clientWidth))
  }

  function resize(width: number): void {
    const at = getPos()
    if (at === undefined || !view.editable) return
    const limit = dom.parentElement?.clientWidth ?? width
    const next = Math.round(Math.min(Math.max(width, MIN_WIDTH), limit))
    const ratio = picture.naturalWidth > 0 ? picture.naturalHeight / picture.naturalWidth : null
    const height = ratio === null ? null : Math.max(1, Math.round(next * ratio))
    view.dispatch(view.state.tr.setNodeMarkup(at, null, { ...node.attrs, width: next, height }))
  }

  handle.addEventListener('keydown', (event) => {
    const by = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP }[event.key]
    if (by === undefined) return
    event.preventDefault()
    resize(picture.clientWidth + by)
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

  load()
  show()
  return {
    dom,
    update(next) {
      if (next.type !== node.type) return false
      const isSame = ['fileId', 'src', 'alt'].every((name) => next.attrs[name] === node.attrs[name])
      node = next
      if (!isSame) load()
      show()
      return true
    },
    stopEvent: (event) => event.target === handle,
    ignoreMutation: () => true,
    destroy: () => leave?.(),
  }
}

function setOrRemove(element: HTMLElement, name: string, value: unknown): void {
  if (value === null || value === undefined) element.removeAttribute(name)
  else element.setAttribute(name, String(value))
}
