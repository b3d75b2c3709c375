import { Refusal } from '../workspace/failures.ts'

/** A page's `seq` as a strong entity tag. */
export const toEntityTag = (seq: number) => `"${seq}"`

/** Whether an `If-None-Match` names what is there; it compares weakly, as RFC 9110 has it. */
export function namesEntity(ifNoneMatch: string | undefined, seq: number): boolean {
  if (ifNoneMatch === undefined) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(toEntityTag(seq))
}

/**
 * The `seq` that an `If-Match` demands; undefined when it demands nothing in particular.
 * @throws Refusal `invalid-request` when it is not one strong tag of ours
 */
export function readIfMatch(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  const [, digits] = /^"(\d{1,15})"$/.exec(ifMatch.trim()) ?? []
  if (digits === undefined)
    throw new Refusal('invalid-request', 'If-Match is the ETag that the content was read with, such as "17".')
  return Number(digits)
}
