import { Button, Group, Modal, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { MAX_MARKUP_BYTES } from '../../../shared/api/content.ts'
import { ApiError, describeError } from '../../api/api-error.ts'
import { createId } from '../../api/create-id.ts'
import { takeChangedPage } from '../../app/live-queries.ts'
import { usePerson } from '../../app/person.ts'
import { decodeFile, readImportedFile } from './imported-file.ts'

/**
 * Makes a page of a Markdown or HTML file and goes there. Of Markdown it asks what becomes of that which a page cannot hold.
 * Begins when it is shown.
 */
export default function ImportFile(props: { driveId: string; file: File; onDone: () => void }) {
  const { driveId, file, onDone } = props
  const { api } = usePerson()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  /** What a page has no place for, while the person is asked. */
  const [asked, ask] = useState<string | null>(null)
  const { mutate } = useMutation({
    async mutationFn(keepsUnknown: boolean) {
      if (file.size > MAX_MARKUP_BYTES) throw new Error('The file is larger than 1 MB. Split it first.')
      const content = decodeFile(new Uint8Array(await file.arrayBuffer()))
      const { title, format, text } = readImportedFile(file.name, content)
      const page = await api.createPage(driveId, { id: createId(), title, parentId: null })
      try {
        if (text.trim() !== '') await api.writeContent(page.id, format, text, keepsUnknown)
      } catch (error) {
        // A page that says nothing of the file helps nobody.
        await api.deletePage(page.id).catch(() => undefined)
        if (format === 'html' || keepsUnknown || !isAboutContent(error)) throw error
        return ask(error.message)
      }
      await takeChangedPage(queries, page)
      navigate(`/pages/${page.id}`)
      onDone()
    },
    onError(error) {
      notifications.show({
        ...{ color: 'red', title: 'The file was not imported' },
        message: error.name === 'ApiError' ? describeError(error) : error.message,
      })
      onDone()
    },
  })
  useEffect(() => mutate(false), [mutate])

  if (asked === null) return null
  return (
    <Modal opened onClose={onDone} title="The file holds more than a page can" returnFocus={false}>
      <Text size="sm">{asked}</Text>
      <Text size="sm" mt="sm">
        It can be imported all the same: that, and whatever else of the kind is in the file, stays in the page
        as the text that it is written as.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onDone} data-autofocus>
          Do not import
        </Button>
        <Button
          onClick={() => {
            ask(null)
            mutate(true)
          }}
        >
          Import it as text
        </Button>
      </Group>
    </Modal>
  )
}

function isAboutContent(error: unknown): error is ApiError {
  return error instanceof ApiError && ['unknown-content', 'invalid-content'].includes(error.code)
}
