import { findPasswordWeakness, type PasswordOwner } from '../../shared/weak-password.ts'
import { Refusal } from './failures.ts'

/** Nobody keeps an account behind what is guessed first. @throws Refusal `weak-password` */
export function requireStrongPassword(password: string, owner: PasswordOwner): void {
  const weakness = findPasswordWeakness(password, owner)
  if (weakness !== null) throw new Refusal('weak-password', weakness)
}
