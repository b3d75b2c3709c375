import { useEffect, useState } from 'react'
import { useServices } from '../../app/services.ts'
import { hasLeftEdits, readVisit } from '../../collaboration/earlier-visit.ts'
import { UnsavedNotice } from '../editor/UnsavedNotice.tsx'

/** Hands over what a guest whose visit has ended had not sent, if there is any: their link may not work any more. */
export function LeftEdits() {
  const { storage } = useServices()
  const [visit, setVisit] = useState(() => (hasLeftEdits(storage) ? readVisit(storage) : null))
  const [text, setText] = useState('')
  useEffect(() => {
    let isOver = false
    if (visit)
      void loadCopies()
        .then(({ readLeftText }) => readLeftText(storage, visit.userId))
        .then((read) => isOver || setText(read))
    return () => {
      isOver = true
    }
  }, [storage, visit])
  if (visit === null || text === '') return null
  return (
    <UnsavedNotice
      text="Some of your edits never reached the server. They are kept in this browser, and are sent when you open the link here again."
      readText={() => text}
      onDiscard={() =>
        void loadCopies()
          .then(({ removeCopies }) => removeCopies(storage, visit.userId))
          .then(() => setVisit(null))
      }
    />
  )
}

const loadCopies = () => import('../../collaboration/left-copies.ts')
