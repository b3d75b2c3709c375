import { useEffect, useState } from 'react'
import { useServices } from '../../app/services.ts'
import { listLeftBehind } from '../../collaboration/earlier-visit.ts'
import { UnsavedNotice } from '../editor/UnsavedNotice.tsx'

const WORDS =
  'Some of your edits never reached the server. They are kept in this browser, and are sent when you open the link here again.'

/** Hands over what a guest whose visit has ended had not sent, if there is any: their link may not work any more. */
export function LeftEdits() {
  const { storage } = useServices()
  const [userIds, setUserIds] = useState(() => listLeftBehind(storage))
  /** Empty until it is read, and where what was written are no words. */
  const [text, setText] = useState('')
  useEffect(() => {
    let isOver = false
    void readAll(storage, userIds).then(
      (read) => isOver || setText(read),
      // They can be discarded all the same, and are sent with the next visit.
      () => undefined,
    )
    return () => {
      isOver = true
    }
  }, [storage, userIds])
  const lookAgain = (): void => setUserIds(listLeftBehind(storage))
  if (userIds.length === 0) return null
  return (
    <UnsavedNotice
      text={WORDS}
      {...(text === '' ? {} : { readText: () => text })}
      onDiscard={() => void discardAll(storage, userIds).then(lookAgain, lookAgain)}
    />
  )
}

type Storage = ReturnType<typeof useServices>['storage']

async function readAll(storage: Storage, userIds: readonly string[]): Promise<string> {
  const { readLeftText } = await import('../../collaboration/left-copies.ts')
  const texts: string[] = []
  for (const userId of userIds) texts.push(await readLeftText(storage, userId))
  return texts.filter((text) => text !== '').join('\n\n')
}

async function discardAll(storage: Storage, userIds: readonly string[]): Promise<void> {
  const { removeCopies } = await import('../../collaboration/left-copies.ts')
  for (const userId of userIds) await removeCopies(storage, userId)
}
