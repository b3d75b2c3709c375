/*
 * What the state line may say. Facts come from the offline copy, the connection and the wire ledger;
 * `reduceFacts` takes in one event, `computeSaveState` draws the conclusion. Both are pure.
 *
 *   loading ──server's state or a kept copy──▶ saved ⇄ saving        (connected, everything acknowledged or not)
 *   any ──connection lost──▶ offline | storage-unavailable ──back──▶ saving ──all acknowledged──▶ saved
 *   saving ──the page is full──▶ page-full ──connected anew──▶ saving
 *   any ──may only read──▶ read-only          any ──will not be let in again──▶ refused ──retry──▶ loading
 *
 * `pendingSince` is the honest bit: it is set by the first edit, survives reloads beside the offline copy,
 * and is cleared only when the server has acknowledged the whole document. `saved` implies that it is null.
 */
import type { CloseReason } from '../../shared/protocol/close-reasons.ts'

export type Access = 'read-only' | 'read-write'
/** What carries the text: plain HTTP is what is left where WebSockets are blocked. */
export type Transport = 'websocket' | 'http'
/** Why we stopped trying: one of the server's reasons, or being signed out. */
export type Refusal = CloseReason | 'signed-out'

export interface SaveFacts {
  /** While it is being opened, it is waited for; while one is being made where there was none, it is not. */
  offlineCopy: 'opening' | 'making' | 'kept' | 'missing'
  /** Whether this device has held the page's text before, so that showing it is not showing emptiness. */
  hasContent: boolean
  connection: 'connecting' | 'open' | 'lost'
  /** What the connection goes over, or went over last. */
  transport: Transport
  /** Whether the server's text has arrived over the present connection. */
  isServerStateReceived: boolean
  /** Whether the server has, over the present connection, acknowledged everything we hold. */
  isAcknowledged: boolean
  access: Access | null
  /** Whether the server, over the present connection, said that this editor is too old to write. */
  isOutdated: boolean
  /** When the oldest edit that the server has not acknowledged was made, ms since 1970. */
  pendingSince: number | null
  /** Edits made in this tab since everything was last acknowledged. */
  unsyncedChanges: number
  /** Edits of earlier visits that wait besides; null if nobody counted them. */
  earlierChanges: number | null
  /** Whether the server, over the present connection, refused to store an edit. */
  isRejected: boolean
  isStorageUnavailable: boolean
  /** Whether the server, over the present connection, refused an edit because the page is as large as it may be. */
  isPageFull: boolean
  /** Whether the server warned that the page comes near that size. */
  isNearlyFull: boolean
  /** When everything was last acknowledged, ms since 1970. */
  savedAt: number | null
  refusal: Refusal | null
}

export type SaveEvent =
  /** This device has never held the page. */
  | { kind: 'offline-copy-unknown' }
  | {
      kind: 'offline-copy-opened'
      hasContent: boolean
      access: Access | null
      pendingSince: number | null
      earlierChanges: number | null
      savedAt: number | null
    }
  | { kind: 'offline-copy-missing' }
  | { kind: 'authenticated'; access: Access; transport: Transport }
  /** What we may do has changed while connected. */
  | { kind: 'access-changed'; access: Access }
  /** This editor knows too little of the document schema to write: somebody has to reload it. */
  | { kind: 'editor-outdated' }
  | { kind: 'server-state-received' }
  | { kind: 'edited'; at: number }
  | { kind: 'acknowledged'; at: number }
  | { kind: 'rejected' }
  | { kind: 'page-full' }
  | { kind: 'page-nearly-full' }
  /** With `comeBackInMs` if the server asked us to stay away for so long. */
  | { kind: 'lost'; isStorageUnavailable: boolean; comeBackInMs?: number }
  | { kind: 'refused'; reason: Refusal }
  | { kind: 'retried' }

export type SaveState =
  | { kind: 'loading' }
  | { kind: 'saved'; at: number; transport: Transport }
  | { kind: 'saving'; transport: Transport }
  /** `unsyncedChanges` are all that wait, those of earlier visits included; null if nobody can count them. */
  | { kind: 'offline'; unsyncedChanges: number | null; hasUnsaved: boolean; isKept: boolean }
  | { kind: 'storage-unavailable'; unsyncedChanges: number | null; hasUnsaved: boolean; isKept: boolean }
  | { kind: 'page-full'; isKept: boolean }
  | {
      kind: 'read-only'
      hasUnsaved: boolean
      isConnected: boolean
      transport: Transport
      /** It would be otherwise with a newer editor. */
      isOutdated: boolean
    }
  | { kind: 'refused'; reason: Refusal; hasUnsaved: boolean }

export const INITIAL_FACTS: SaveFacts = {
  offlineCopy: 'opening',
  hasContent: false,
  connection: 'connecting',
  transport: 'websocket',
  isServerStateReceived: false,
  isAcknowledged: false,
  access: null,
  isOutdated: false,
  pendingSince: null,
  unsyncedChanges: 0,
  earlierChanges: 0,
  isRejected: false,
  isStorageUnavailable: false,
  isPageFull: false,
  isNearlyFull: false,
  savedAt: null,
  refusal: null,
}

/** Everything is acknowledged, or given up. */
export const NONE_WAIT = { unsyncedChanges: 0, earlierChanges: 0 } as const

/** The facts after an event. */
export function reduceFacts(facts: SaveFacts, event: SaveEvent): SaveFacts {
  switch (event.kind) {
    case 'offline-copy-unknown':
      return { ...facts, offlineCopy: 'making' }
    case 'offline-copy-opened':
      // What the server has said meanwhile is newer.
      return {
        ...facts,
        offlineCopy: 'kept',
        hasContent: facts.hasContent || event.hasContent,
        access: facts.access ?? event.access,
        pendingSince: facts.pendingSince ?? event.pendingSince,
        earlierChanges: event.earlierChanges,
        savedAt: facts.savedAt ?? event.savedAt,
      }
    case 'offline-copy-missing':
      return { ...facts, offlineCopy: 'missing' }
    case 'authenticated':
      return {
        ...facts,
        connection: 'open',
        isServerStateReceived: false,
        isAcknowledged: false,
        isRejected: false,
        isStorageUnavailable: false,
        isPageFull: false,
        isNearlyFull: false,
        access: event.access,
        isOutdated: false,
        transport: event.transport,
        refusal: null,
      }
    case 'access-changed':
      return { ...facts, access: event.access }
    case 'editor-outdated':
      return facts.connection === 'open' ? { ...facts, access: 'read-only', isOutdated: true } : facts
    case 'server-state-received':
      return facts.connection === 'open' ? { ...facts, isServerStateReceived: true, hasContent: true } : facts
    case 'edited':
      return {
        ...facts,
        pendingSince: facts.pendingSince ?? event.at,
        unsyncedChanges: facts.unsyncedChanges + 1,
      }
    case 'acknowledged':
      if (facts.connection !== 'open' || !facts.isServerStateReceived || facts.isRejected) return facts
      return { ...facts, isAcknowledged: true, pendingSince: null, ...NONE_WAIT, savedAt: event.at }
    case 'rejected':
      return facts.connection === 'open' ? { ...facts, isRejected: true } : facts
    case 'page-full':
      return facts.connection === 'open' ? { ...facts, isPageFull: true } : facts
    case 'page-nearly-full':
      return facts.connection === 'open' ? { ...facts, isNearlyFull: true } : facts
    case 'lost':
      return {
        ...facts,
        connection: 'lost',
        isServerStateReceived: false,
        isAcknowledged: false,
        isRejected: false,
        isPageFull: false,
        isStorageUnavailable: event.isStorageUnavailable || facts.isStorageUnavailable,
      }
    case 'refused':
      return {
        ...facts,
        connection: 'lost',
        isServerStateReceived: false,
        isAcknowledged: false,
        refusal: event.reason,
      }
    case 'retried':
      return { ...facts, connection: 'connecting', refusal: null, isStorageUnavailable: false }
  }
}

/** What the state line says, given the facts. */
export function computeSaveState(facts: SaveFacts): SaveState {
  const hasUnsaved = facts.pendingSince !== null
  const isKept = facts.offlineCopy === 'kept'
  const { earlierChanges, transport } = facts
  const unsyncedChanges = earlierChanges === null ? null : earlierChanges + facts.unsyncedChanges

  if (facts.refusal) return { kind: 'refused', reason: facts.refusal, hasUnsaved }
  if (facts.offlineCopy === 'opening') return { kind: 'loading' }
  if (facts.access === 'read-only' && isReady(facts)) {
    const { isOutdated } = facts
    return { kind: 'read-only', hasUnsaved, isConnected: facts.connection === 'open', transport, isOutdated }
  }
  if (facts.connection === 'lost') {
    const kind = facts.isStorageUnavailable ? 'storage-unavailable' : 'offline'
    return { kind, unsyncedChanges, hasUnsaved, isKept }
  }
  if (hasUnsaved && facts.isPageFull) return { kind: 'page-full', isKept }
  if (hasUnsaved) return facts.connection === 'open' ? { kind: 'saving', transport } : { kind: 'loading' }
  if (facts.connection === 'open' && facts.isAcknowledged && facts.savedAt !== null) {
    return { kind: 'saved', at: facts.savedAt, transport }
  }
  return { kind: 'loading' }
}

/** Whether the text may be shown: a copy that this device has held before, or the server's. Never emptiness. */
export function isReady(facts: SaveFacts): boolean {
  return facts.offlineCopy !== 'opening' && facts.hasContent
}

/** Whether the person may type. */
export function isEditable(facts: SaveFacts): boolean {
  return isReady(facts) && facts.access === 'read-write' && facts.refusal === null
}

const GONE: readonly Refusal[] = ['forbidden', 'page-not-found', 'page-deleted', 'malformed-page-id']

/** Whether the page is not the person's to keep any longer, so that its copy has no business on this device. */
export function isGone(reason: Refusal): boolean {
  return GONE.includes(reason)
}
