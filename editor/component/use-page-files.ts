import { useMemo } from 'react'
import { usePerson } from '../app/person.ts'
import { createImageAddresses, type ImageFiles } from '../features/editor/images/image-files.ts'

/** The files of a page, read and stored in the person's name. An image is fetched once for all that show it. */
export function usePageFiles(pageId: string): ImageFiles {
  const { api } = usePerson()
  return useMemo(
    () => ({
      addresses: createImageAddresses(api.readFile),
      upload: (file, options) => api.uploadFile(pageId, file, options),
    }),
    [api, pageId],
  )
}
