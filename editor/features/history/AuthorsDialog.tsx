import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Editor } from '@tiptap/react'
import { computeAuthorColor } from '../../../shared/colors.ts'
import { describeError } from '../../api/api-error.ts'
import { formatMoment } from '../../app/format-time.ts'
import { usePerson } from '../../app/person.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { UNKNOWN_AUTHOR } from './change-marks.ts'
import classes from './History.module.css'
import { moveRange, readTextPlaces, toTextRange } from './text-places.ts'

/** Who wrote what is selected in the text, part by part. */
export function AuthorsDialog(props: { pageId: string; editor: Editor; onClose: () => void }) {
  const { pageId, editor, onClose } = props
  const { api } = usePerson()
  const parts = useQuery({
    queryKey: ['authors', pageId],
    queryFn: async () => {
      const [{ items }, said] = await Promise.all([api.readAuthors(pageId), api.readPage(pageId)])
      return readParts(editor, items, editor.schema.nodeFromJSON(said))
    },
    ...{ staleTime: 0, gcTime: 0 },
  })
  return (
    <Modal opened onClose={onClose} title="Who wrote this" data-testid="authors">
      {parts.isPending && (
        <p role="status" className={classes.note}>
          Reading the page’s history…
        </p>
      )}
      {parts.isError && (
        <div role="alert" className={classes.note}>
          <p>The page’s history cannot be read now. {describeError(parts.error)}</p>
          <Button size="xs" variant="default" onClick={() => void parts.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {parts.data?.length === 0 && (
        <p className={classes.note}>
          There is no saved text in what you selected. Select some text, wait until it is saved, and ask
          again.
        </p>
      )}
      <ul className={classes.parts}>
        {parts.data?.map(({ key, text, author, at }) => (
          <li key={key}>
            <PersonAvatar
              name={author?.name ?? '?'}
              color={author === null ? '#6b665d' : computeAuthorColor(author.id)}
              size={24}
            />
            <div>
              <strong>{author === null ? UNKNOWN_AUTHOR : author.name || UNKNOWN_AUTHOR}</strong>{' '}
              <span className={classes.when}>
                {at === null ? 'before the history that is kept' : formatMoment(at)}
              </span>
              <q className={classes.quote} dir="auto">
                {text}
              </q>
            </div>
          </li>
        ))}
      </ul>
    </Modal>
  )
}

type Items = Awaited<ReturnType<ReturnType<typeof usePerson>['api']['readAuthors']>>['items']

/** The server speaks of the page as it is saved, which may be a moment behind what stands here. */
function readParts(editor: Editor, items: Items, saved: Editor['state']['doc']) {
  const here = readTextPlaces(editor.state.doc)
  const there = readTextPlaces(saved)
  const { from, to } = editor.state.selection
  const selected = toTextRange(here.places, { from, to })
  if (selected === null) return []
  const range = moveRange(selected, here.text, there.text)
  return items.flatMap((item) => {
    const start = Math.max(item.from, range.from)
    const end = Math.min(item.to, range.to)
    const text = there.text.slice(start, end)
    return text.trim() === '' ? [] : [{ key: start, text, author: item.author, at: item.at }]
  })
}
