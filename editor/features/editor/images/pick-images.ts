import type { EditorView } from '@tiptap/pm/view'
import { uploadImages } from './uploads.ts'

/** Lets somebody choose images from their device, and uploads them to where they write. */
export function pickImages(view: EditorView): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = 'image/png,image/jpeg,image/gif,image/webp,image/avif'
  input.multiple = true
  input.addEventListener('change', () => {
    uploadImages(view, [...(input.files ?? [])])
    view.focus()
  })
  input.click()
}
