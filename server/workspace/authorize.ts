import { isAtLeast, type Role } from '../../shared/roles.ts'
import { createAccess } from '../access/access.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { notFound, Refusal } from './failures.ts'

/**
 * Requires a role on a page.
 * @throws Refusal `not-found` without any role (also for deleted pages), `forbidden` with a lower one
 */
export async function requirePageRole(
  db: Db | Tx,
  identity: Identity,
  pageId: string,
  needed: Role,
): Promise<{ role: Role; driveId: string }> {
  const decision = await createAccess(db).toPage(identity, pageId)
  if (decision.kind === 'session-ended')
    throw new Refusal('session-ended', 'Your session has ended. Sign in again.')
  if (decision.kind !== 'granted' || decision.driveId === null) throw notFound('page')
  if (!isAtLeast(decision.role, needed)) throw lacking(needed)
  return { role: decision.role, driveId: decision.driveId }
}

/**
 * Requires a role in a drive.
 * @throws Refusal `not-found` without any role, `forbidden` with a lower one
 */
export async function requireDriveRole(
  db: Db | Tx,
  identity: Identity,
  driveId: string,
  needed: Role,
): Promise<Role> {
  const role = await createAccess(db).toDrive(identity, driveId)
  if (role === null) throw notFound('drive')
  if (!isAtLeast(role, needed)) throw lacking(needed)
  return role
}

/**
 * Requires the role of an editor on everything that lies below a page, also in the trash, for what takes it
 * away from others. The drive is locked. What the answer says is all that anybody learns of pages they may not see.
 * @throws Refusal `subpages-not-editable`
 */
export async function requireToEditBelow(
  tx: Tx,
  identity: Identity,
  { driveId, subtree }: { driveId: string; subtree: readonly string[] },
): Promise<void> {
  // Access grows on the way down the tree; only a restriction takes it back.
  const uneditable = await createAccess(tx).uneditablePages(identity, driveId)
  if (subtree.some((id) => uneditable.has(id))) {
    throw new Refusal(
      'subpages-not-editable',
      'There is something below this page that you may not edit. Ask an admin of the drive to do it.',
    )
  }
}

/** Of some pages those that somebody may see, as ids. */
export async function filterVisible(
  db: Db | Tx,
  identity: Identity,
  pageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const access = createAccess(db)
  const visible = new Set<string>()
  for (const pageId of pageIds) {
    if ((await access.toPage(identity, pageId)).kind === 'granted') visible.add(pageId)
  }
  return visible
}

/**
 * Requires a token that stands for the whole person, for what is about them and not about one place.
 * @throws Refusal `forbidden` for one that is narrowed
 */
export function requireWholePerson({ narrowing }: Identity): void {
  if (narrowing !== undefined)
    throw new Refusal('forbidden', 'This access token is narrowed to less than that.')
}

function lacking(needed: Role): Refusal {
  return new Refusal(
    'forbidden',
    `This needs the role "${needed}" or a higher one. Ask an admin of the drive for it.`,
  )
}
