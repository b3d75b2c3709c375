import { type ImageAddress, isFileId, isImageAddress } from '../../../../shared/document/image-address.ts'
import type { ImageAddresses } from './image-files.ts'

/** How an image is shown; null is as it is by itself. */
export interface ImageLook {
  readonly alt: string | null
  readonly title: string | null
  readonly width: number | null
  readonly height: number | null
  readonly align: string | null
}

/** A frame with an image in it, or with words while there is none. */
export interface ImageFrame {
  readonly dom: HTMLElement
  readonly picture: HTMLImageElement
  /** Fetches the image; while it loads, and where it cannot be shown, words stand in its place. */
  load(image: ImageAddress & Pick<ImageLook, 'alt'>): void
  show(look: ImageLook): void
  /** The image is shown no more. */
  leave(): void
}

/** Makes a frame. Images of this server are fetched with the person's token, others are only linked to. */
export function createImageFrame(addresses: ImageAddresses): ImageFrame {
  let leave: (() => void) | null = null
  const dom = document.createElement('div')
  dom.className = 'page-image'
  const picture = document.createElement('img')
  picture.draggable = false
  const words = document.createElement('a')
  dom.append(picture, words)

  function say(text: string, isLoading = false): void {
    words.textContent = text
    words.hidden = text === ''
    // While it loads they are as large as it will be: nothing below moves when it is there.
    words.classList.toggle('is-loading', isLoading)
  }

  return {
    dom,
    picture,
    load({ fileId, src, alt }) {
      leave?.()
      leave = null
      picture.removeAttribute('src')
      picture.hidden = true
      words.removeAttribute('href')
      if (isFileId(fileId)) {
        const taken = addresses.take(fileId)
        leave = taken.leave
        say('Loading the image…', true)
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
    },
    show({ alt, title, width, height, align }) {
      picture.alt = typeof alt === 'string' ? alt : ''
      if (typeof title === 'string') picture.title = title
      else picture.removeAttribute('title')
      setOrRemove(picture, 'width', width)
      setOrRemove(picture, 'height', height)
      dom.style.setProperty('--image-width', width === null ? '' : `${width}px`)
      dom.style.setProperty('--image-ratio', width === null || height === null ? '' : `${width} / ${height}`)
      setOrRemove(dom, 'data-align', align)
    },
    leave: () => leave?.(),
  }
}

function setOrRemove(element: HTMLElement, name: string, value: unknown): void {
  if (value === null || value === undefined) element.removeAttribute(name)
  else element.setAttribute(name, String(value))
}
