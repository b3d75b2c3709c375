import type { FactName, Facts } from '../../shared/protocol/events.ts'

/**
 * Who should hear of a fact: everyone who follows the drive, everyone who has the page open, every
 * connection of the person. Whoever is several of these hears of it once.
 */
export interface Audience {
  readonly driveId?: string
  readonly pageId?: string
  readonly userId?: string
  /** The page is restricted: of those who follow the drive only they hear who may see the page. */
  readonly restricted?: boolean
}

/** A fact about the workspace, ready to be published. */
export type FactEvent = {
  [Name in FactName]: {
    readonly kind: 'fact'
    readonly name: Name
    readonly payload: Facts[Name]
    readonly audience: Audience
  }
}[FactName]

/** Somebody's access may have changed: the open connections that it touches must be decided again. */
export interface AccessChangedEvent {
  readonly kind: 'access-changed'
  readonly scope:
    | { readonly by: 'session'; readonly sessionIds: readonly string[] }
    | { readonly by: 'page'; readonly pageIds: readonly string[] }
    | { readonly by: 'user'; readonly userIds: readonly string[] }
    | { readonly by: 'drive'; readonly driveId: string; readonly pageIds: readonly string[] }
}

/** What a business operation can cause besides its result. */
export type WorkspaceEvent = FactEvent | AccessChangedEvent
