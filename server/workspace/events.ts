import type { Facts } from '../../shared/protocol/events.ts'
import type { PageFactName } from '../../shared/protocol/pages.ts'

/** Who should hear of a fact: everyone following the drive, and everyone who has the page open. */
export interface Audience {
  readonly driveId: string
  readonly pageId: string
}

/** A fact about the workspace, ready to be published. */
export type FactEvent = {
  [Name in PageFactName]: {
    readonly kind: 'fact'
    readonly name: Name
    readonly payload: Facts[Name]
    readonly audience: Audience
  }
}[PageFactName]

/** Somebody's access may have changed: the open connections that it touches must be decided again. */
export interface AccessChangedEvent {
  readonly kind: 'access-changed'
  readonly scope:
    | { readonly by: 'session'; readonly sessionIds: readonly string[] }
    | { readonly by: 'page'; readonly pageIds: readonly string[] }
}

/** What a business operation can cause besides its result. */
export type WorkspaceEvent = FactEvent | AccessChangedEvent
