import { useMemo } from 'react'
import { usePerson } from '../app/person.ts'
import type { ImageFiles } from '../features/editor/images/image-files.ts'

/** The files of a page: read and stored in the person's name. */
export function usePageFiles(pageId: string): ImageFiles {
  const { api } = usePerson()
  return useMemo(
    () => ({ read: api.readFile, upload: (file, options) => api.uploadFile(pageId, file, options) }),
    [api, pageId],
  )
}
