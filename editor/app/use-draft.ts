import { useState } from 'react'
import { usePerson } from './person.ts'

/** What was typed and not sent, by person and place, for as long as this tab is open. */
const drafts = new Map<string, string>()

/**
 * The text of a field, which outlives the field: who comes back to the place finds what they had typed there. An empty text
 * is forgotten. Without a place it is a text like any other.
 */
export function useDraft(place: string | undefined, initial = ''): [string, (text: string) => void] {
  const { user } = usePerson()
  const key = `${user.id} ${place}`
  const [text, setText] = useState(() => (place === undefined ? undefined : drafts.get(key)) ?? initial)
  return [
    text,
    (next) => {
      setText(next)
      if (place === undefined) return
      if (next === '') drafts.delete(key)
      else drafts.set(key, next)
    },
  ]
}
