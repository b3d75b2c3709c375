import { ACCOUNT_KEY, type AccountSession } from './account-session.ts'

/** Follows what another tab of this browser does: signing out there signs out here. */
export function followOtherTabs(account: AccountSession, target: Window): () => void {
  const onStorage = (event: StorageEvent): void => {
    if (event.key !== ACCOUNT_KEY) return
    const state = account.getState()
    const before = state.kind === 'signed-in' ? state.user.id : null
    const after: unknown = event.newValue
      ? (JSON.parse(event.newValue) as { user?: { id?: unknown } }).user?.id
      : null
    if (before !== after) void account.restore()
  }
  target.addEventListener('storage', onStorage)
  return () => target.removeEventListener('storage', onStorage)
}
