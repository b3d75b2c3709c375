import { facts as contracts } from '../../shared/protocol/events.ts'

/** Where a fact goes: the rooms of the contract, such as `page` or `user`; null for one that is not in it. */
export function roomsOf(name: string): readonly string[] | null {
  return (contracts as Readonly<Record<string, { rooms: readonly string[] }>>)[name]?.rooms ?? null
}

/** Whether only those hear of a fact who follow its page or its drive. */
export function isOfRoom(name: string): boolean {
  return roomsOf(name)?.every((room) => room === 'page' || room === 'drive') ?? false
}

/** The page that a fact or a request is about; null where it names none. */
export function pageIdOf(payload: unknown): string | null {
  const { pageId, page } = (payload ?? {}) as { pageId?: unknown; page?: { id?: unknown } | null }
  if (typeof pageId === 'string') return pageId
  return typeof page?.id === 'string' ? page.id : null
}

/** A message as facts, answers and the API's list have it. */
export interface MessageShape {
  readonly id: string
  readonly pageId: string
  readonly body: string
  readonly number: number
  readonly revision: number
  readonly author: { readonly userId: string; readonly name: string }
}

/** The message in a fact or in an answer that says yes; null where there is none. */
export function messageOf(value: unknown): MessageShape | null {
  const { message } = (value ?? {}) as { message?: MessageShape }
  return message?.id === undefined ? null : message
}
