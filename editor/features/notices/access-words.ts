import type { AccessChangeReason } from '../../../shared/protocol/access.ts'
import { isAtLeast, type Role } from '../../../shared/roles.ts'

/** What a change of one's own access is about: a page and what lies below it, or a whole drive. */
export interface AccessPlace {
  readonly kind: 'page' | 'drive'
  /** Its name as far as it is known here. */
  readonly name: string | null
}

/** What to say to somebody who has lost access. */
export function describeRevoked(
  place: AccessPlace,
  reason: AccessChangeReason,
): { title: string; text: string } {
  const named = toWords(place)
  const title = `You can no longer open ${named}`
  const isRest = place.kind === 'page' ? ' The pages inside it went along.' : ''
  switch (reason) {
    case 'member-removed':
      return { title, text: `You are not a member of the drive any more. ${ASK}` }
    case 'grant-removed':
      return { title, text: `It is not shared with you any more.${isRest} ${ASK}` }
    case 'drive-deleted':
      return { title: `${capitalize(named)} was deleted`, text: 'Its owner removed it, for everybody.' }
    case 'page-restricted':
      return { title, text: `It was restricted to some people, and you are not among them.${isRest} ${ASK}` }
    case 'page-moved':
      return { title, text: `It was moved to a place that is not open to you.${isRest} ${ASK}` }
    case 'share-link-revoked':
      return { title, text: 'The link that you came through was revoked. Ask for a new one.' }
    case 'share-link-expired':
      return { title, text: 'The link that you came through has expired. Ask for a new one.' }
    default:
      return { title, text: `Your access has changed.${isRest} ${ASK}` }
  }
}

const ASK = 'What you wrote is kept there; if you still need it, ask those who run the drive.'

/** What to say to somebody who may do something else than before. */
export function describeChanged(
  place: AccessPlace,
  reason: AccessChangeReason,
  role: Role,
): { title: string; text: string } {
  const named = toWords(place)
  const text = capitalize(`${ABILITY[role]}.`)
  switch (reason) {
    case 'member-added':
      return { title: `You were added to ${named}`, text }
    case 'ownership-transferred':
      return {
        title:
          role === 'owner' ? `${capitalize(named)} is yours now` : `${capitalize(named)} has a new owner`,
        text,
      }
    case 'grant-set':
    case 'share-link-opened':
      return { title: `${capitalize(named)} was shared with you`, text }
    case 'page-moved':
      return { title: `${capitalize(named)} was moved`, text }
    default:
      return {
        title: isAtLeast(role, 'editor')
          ? `Your access to ${named} has changed`
          : `You can no longer write in ${named}`,
        text,
      }
  }
}

const ABILITY = {
  viewer: 'you may read it',
  commenter: 'you may read it and comment',
  editor: 'you may read it and write in it',
  admin: 'you may write in it and decide who else may',
  owner: 'you may do everything with it',
} as const satisfies Record<Role, string>

function toWords({ kind, name }: AccessPlace): string {
  if (name === null) return kind === 'page' ? 'a page' : 'a drive'
  return `“${name || 'Untitled'}”`
}

const capitalize = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
