import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { MAX_MARKUP_BYTES } from '../../../shared/api/content.ts'
import { describeError } from '../../api/api-error.ts'
import { createId } from '../../api/create-id.ts'
import { takeChangedPage } from '../../app/live-queries.ts'
import { usePerson } from '../../app/person.ts'

/** Makes a page of a Markdown or HTML file and goes there. */
export function useImportPage(): (driveId: string, file: File) => void {
  const { api } = usePerson()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const { mutate } = useMutation({
    async mutationFn({ driveId, file }: { driveId: string; file: File }) {
      if (file.size > MAX_MARKUP_BYTES) throw new Error('The file is larger than 1 MB. Split it first.')
      const { decodeFile, readImportedFile } = await loadReading()
      const content = decodeFile(new Uint8Array(await file.arrayBuffer()))
      const { title, format, text } = readImportedFile(file.name, content)
      const page = await api.createPage(driveId, { id: createId(), title, parentId: null })
      try {
        if (text.trim() !== '') await api.writeContent(page.id, format, text)
      } catch (error) {
        // A page that says nothing of the file helps nobody.
        await api.deletePage(page.id).catch(() => undefined)
        throw error
      }
      await takeChangedPage(queries, page)
      navigate(`/pages/${page.id}`)
    },
    onError: (error) =>
      notifications.show({
        ...{ color: 'red', title: 'The file was not imported' },
        message: error.name === 'ApiError' ? describeError(error) : error.message,
      }),
  })
  return (driveId, file) => mutate({ driveId, file })
}

/** Only now: until somebody imports a file, nothing of it is needed. */
async function loadReading(): Promise<typeof import('./imported-file.ts')> {
  try {
    return await import('./imported-file.ts')
  } catch {
    throw new Error('A part of the editor could not be loaded. Reload and try again.')
  }
}
