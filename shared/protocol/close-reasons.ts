/**
 * Why a document connection was refused or closed. The reason travels as text in Hocuspocus's
 * permission-denied and close messages and in the WebSocket close frame; `code` is the frame's code.
 * `retry` tells a client whether coming back by itself makes sense.
 */
export const CLOSE_REASONS = {
  'malformed-page-id': { code: 4400, retry: false },
  'malformed-frame': { code: 4400, retry: true },
  'malformed-update': { code: 4400, retry: true },
  'unknown-message-type': { code: 4400, retry: true },
  'update-too-large': { code: 4413, retry: false },
  'page-too-large': { code: 4413, retry: false },
  'nested-too-deep': { code: 4413, retry: false },
  'awareness-too-large': { code: 4413, retry: true },
  'too-many-connections': { code: 4429, retry: true },
  'too-many-pages': { code: 4429, retry: false },
  'too-many-frames': { code: 4429, retry: true },
  'too-slow': { code: 4408, retry: true },
  'frame-too-large': { code: 1009, retry: false },
  'token-missing': { code: 4401, retry: false },
  'token-invalid': { code: 4401, retry: false },
  'token-expired': { code: 4401, retry: true },
  'session-ended': { code: 4401, retry: false },
  forbidden: { code: 4403, retry: false },
  'origin-not-allowed': { code: 4403, retry: false },
  'page-not-found': { code: 4404, retry: false },
  'page-deleted': { code: 4404, retry: false },
  'access-changed': { code: 4409, retry: true },
  'page-reloading': { code: 4500, retry: true },
  'page-unreadable': { code: 4500, retry: false },
  'identity-unavailable': { code: 4503, retry: true },
  'storage-unavailable': { code: 4503, retry: true },
  'server-stopping': { code: 1012, retry: true },
} as const satisfies Record<string, { code: number; retry: boolean }>

export type CloseReason = keyof typeof CLOSE_REASONS

/** Whether a reason text that came over the wire is one of ours. */
export function isCloseReason(reason: string): reason is CloseReason {
  return Object.hasOwn(CLOSE_REASONS, reason)
}
