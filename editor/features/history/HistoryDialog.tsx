import { Button, Group, Modal, NativeSelect, Text, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { createVersionBodySchema, type Version } from '../../../shared/api/versions.ts'
import { describeError } from '../../api/api-error.ts'
import { formatMoment } from '../../app/format-time.ts'
import { showNotice } from '../../app/show-notice.ts'
import type { ImageFiles } from '../editor/images/image-files.ts'
import classes from './History.module.css'
import type { VersionStep } from './use-version-changes.ts'
import { useVersions } from './use-versions.ts'
import { VersionList } from './VersionList.tsx'
import { VersionPreview } from './VersionPreview.tsx'
import { nameVersion } from './version-words.ts'

/** What the page said before: to look at, to name and to go back to. */
export function HistoryDialog(props: {
  pageId: string
  files: ImageFiles
  /** Whether the person may write on the page. */
  canWrite: boolean
  onClose: () => void
}) {
  const { pageId, files, canWrite, onClose } = props
  const { list, versions, name, restore } = useVersions(pageId)
  const [chosen, setChosen] = useState<string | null>(null)
  const [author, setAuthor] = useState('')
  const [isRestoring, setRestoring] = useState(false)

  const index = versions.findIndex(({ id }) => id === chosen)
  const version = versions[index] ?? null
  const authors = useMemo(
    () => new Map(versions.flatMap(({ contributors }) => contributors.map(({ id, name }) => [id, name]))),
    [versions],
  )
  const shown = versions.filter(
    ({ contributors }) => author === '' || contributors.some(({ id }) => id === author),
  )
  const step: VersionStep = { version, before: versions[index + 1] ?? null }
  // What the oldest one that is here changed shows only beside the one before it.
  const choose = (id: string | null): void => {
    setChosen(id)
    if (id === versions.at(-1)?.id && list.hasNextPage) void list.fetchNextPage()
  }

  function restoreChosen(from: Version): void {
    setRestoring(false)
    restore.mutate(from, {
      onSuccess: () => {
        showNotice({
          id: `restored:${pageId}`,
          title: `“${nameVersion(from)}” was restored`,
          message: 'What the page said before is kept as a version. What others are typing stays.',
          color: 'pine',
        })
        onClose()
      },
    })
  }

  return (
    <Modal
      opened
      fullScreen
      onClose={onClose}
      title="Version history"
      classNames={{ content: classes.dialog ?? '', body: classes.body ?? '' }}
      closeButtonProps={{ 'aria-label': 'Close the version history' }}
      transitionProps={{ duration: 0 }}
    >
      <section className={classes.preview} aria-label="Preview" data-testid="version-preview">
        <header className={classes.head}>
          <div>
            <h2 className={classes.title}>
              <bdi>{version === null ? 'The page as it is' : nameVersion(version)}</bdi>
            </h2>
            {version !== null && (
              <Text size="sm" c="dimmed">
                {formatMoment(version.createdAt)}
              </Text>
            )}
          </div>
          {canWrite && version !== null && (
            <Button size="xs" loading={restore.isPending} onClick={() => setRestoring(true)}>
              Restore this version
            </Button>
          )}
        </header>
        {restore.isError && (
          <p role="alert" className={classes.failure}>
            The version was not restored. {describeError(restore.error)}
          </p>
        )}
        {list.isSuccess && <VersionPreview key={chosen} pageId={pageId} step={step} files={files} />}
      </section>
      <aside className={classes.side}>
        {canWrite && (
          <NameForm
            onName={(wanted, onDone) => name.mutate(wanted, { onSuccess: onDone })}
            isNaming={name.isPending}
            failure={name.error}
          />
        )}
        {authors.size > 1 && (
          <NativeSelect
            size="xs"
            label="Changed by"
            value={author}
            onChange={(event) => setAuthor(event.currentTarget.value)}
            data={[
              { value: '', label: 'Everybody' },
              ...[...authors].map(([value, label]) => ({ value: value as string, label: label as string })),
            ]}
          />
        )}
        {list.isPending && (
          <p role="status" className={classes.note}>
            Reading the history…
          </p>
        )}
        {list.isError && (
          <div role="alert" className={classes.note}>
            <p>The history cannot be read now. {describeError(list.error)}</p>
            <Button size="xs" variant="default" onClick={() => void list.refetch()}>
              Try again
            </Button>
          </div>
        )}
        {list.isSuccess && (
          <>
            <VersionList
              versions={shown}
              chosen={chosen}
              onChoose={choose}
              onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
            />
            {versions.length === 0 && (
              <p className={classes.note}>
                Nothing is kept yet. The page is kept by itself while people write; a version that you name
                stays for good.
              </p>
            )}
          </>
        )}
      </aside>
      {isRestoring && version !== null && (
        <Modal opened onClose={() => setRestoring(false)} title="Restore this version?">
          <Text size="sm">
            The page will say again what it said in{' '}
            <strong>
              <bdi>{nameVersion(version)}</bdi>
            </strong>
            , for everybody. What it says now is kept as a version, so you can come back to it.
          </Text>
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={() => setRestoring(false)} data-autofocus>
              Cancel
            </Button>
            <Button onClick={() => restoreChosen(version)}>Restore</Button>
          </Group>
        </Modal>
      )}
    </Modal>
  )
}

/** Keeps the page as it is under a name. */
function NameForm(props: {
  onName: (name: string, onDone: () => void) => void
  isNaming: boolean
  failure: Error | null
}) {
  const [value, setValue] = useState('')
  const parsed = createVersionBodySchema.shape.name.safeParse(value)
  return (
    <form
      className={classes.nameForm}
      onSubmit={(event) => {
        event.preventDefault()
        if (parsed.success) props.onName(parsed.data, () => setValue(''))
      }}
    >
      <TextInput
        size="xs"
        label="Keep the page as it is"
        placeholder="First draft"
        value={value}
        maxLength={200}
        error={props.failure && describeError(props.failure)}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" disabled={!parsed.success} loading={props.isNaming}>
        Name it
      </Button>
    </form>
  )
}
