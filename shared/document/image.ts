import { type Attributes, Node } from '@tiptap/core'
import { type ImageAddress, isFileId, isImageAddress, readImageAddress, toFilePath } from './image-address.ts'
import { readAttribute } from './read-attribute.ts'

/** Where an image stands; null is in the middle. */
export const IMAGE_ALIGNMENTS = ['left', 'center', 'right'] as const
export type ImageAlignment = (typeof IMAGE_ALIGNMENTS)[number]

/** The attributes of an image. */
export interface ImageAttributes extends ImageAddress {
  /** What it shows, for who does not see it. */
  readonly alt: string | null
  readonly title: string | null
  /** How wide it is shown, CSS pixels; null is as it is. */
  readonly width: number | null
  /** How high it is at that width, so that its place is kept while it loads. */
  readonly height: number | null
  readonly align: ImageAlignment | null
}

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    image: {
      /** Puts an image where the selection is. */
      setImage: (attributes: Partial<ImageAttributes>) => ReturnType
    }
  }
}

/** The largest width or height that an image can be given, CSS pixels. */
export const MAX_IMAGE_SIDE = 10_000

/** Whether a value is a side of an image in whole pixels. */
export function isImageSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_IMAGE_SIDE
}

/** Whether a value is a place for an image. */
export function isImageAlignment(value: unknown): value is ImageAlignment {
  return (IMAGE_ALIGNMENTS as readonly unknown[]).includes(value)
}

const readSide = (value: string | null): number | null => {
  const side = Number(value ?? Number.NaN)
  return isImageSide(side) ? side : null
}

/** The node `image`: see `ImageAttributes`. Its bytes are never in the page. */
export const Image = Node.create({
  name: 'image',
  group: 'block',
  draggable: true,
  addAttributes: (): Attributes => ({
    fileId: {
      default: null,
      parseHTML: (element) => readImageAddress(readAttribute(element, 'src')).fileId,
      rendered: false,
    },
    src: {
      default: null,
      parseHTML: (element) => readImageAddress(readAttribute(element, 'src')).src,
      renderHTML: ({ fileId, src }) =>
        isFileId(fileId) ? { src: toFilePath(fileId) } : isImageAddress(src) ? { src } : {},
    },
    alt: { default: null },
    title: { default: null },
    width: { default: null, parseHTML: (element) => readSide(readAttribute(element, 'width')) },
    height: { default: null, parseHTML: (element) => readSide(readAttribute(element, 'height')) },
    align: {
      default: null,
      parseHTML: (element) => {
        const align = readAttribute(element, 'data-align')
        return isImageAlignment(align) ? align : null
      },
      renderHTML: ({ align }) => (isImageAlignment(align) ? { 'data-align': align } : {}),
    },
  }),
  parseHTML: () => [
    {
      tag: 'img[src]',
      getAttrs: (element) => {
        const { fileId, src } = readImageAddress(readAttribute(element, 'src'))
        return (fileId !== null || src !== null) && null
      },
    },
  ],
  renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
  addCommands() {
    return {
      setImage:
        (attributes) =>
        ({ commands }) =>
          commands.insertContent({ type: this.name, attrs: attributes }),
    }
  },
})
