import { EmbeddedPostgresError } from './errors.ts'

/** The user and group that PostgreSQL's processes run as when they must not run as ourselves. */
export interface RunAs {
  readonly uid: number
  readonly gid: number
}

/**
 * Decides whom PostgreSQL runs as: `undefined` means as ourselves. PostgreSQL refuses root, so root
 * hands over to whoever owns the cluster already, else to `postgres`, else to `nobody`.
 */
export function decideRunAs(facts: {
  platform: NodeJS.Platform
  /** `undefined` where users have no number (Windows). */
  uid: number | undefined
  /** The text of /etc/passwd. */
  passwd: string
  clusterOwner: RunAs | undefined
}): RunAs | undefined {
  if (facts.uid !== 0) return undefined
  if (facts.platform !== 'linux') {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL cannot be started by root on ${facts.platform}: ` +
        'start the server as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    )
  }
  // A data directory that came from another host or container keeps working with the owner it came with.
  if (facts.clusterOwner !== undefined && facts.clusterOwner.uid !== 0) return facts.clusterOwner
  const runAs = findUser(facts.passwd, 'postgres') ?? findUser(facts.passwd, 'nobody')
  if (runAs === undefined) {
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and /etc/passwd names neither "postgres" nor "nobody" to run it as. ' +
        'Start the server as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    )
  }
  return runAs
}

/**
 * What every PostgreSQL program is spawned with. None of our own environment goes along: it holds
 * secrets that a process of another user has no business with. libuv drops the supplementary groups
 * whenever it changes the user, and on Windows adds the few variables that a process cannot do without.
 */
export function spawnIdentity(runAs: RunAs | undefined): {
  env: NodeJS.ProcessEnv
  windowsHide: boolean
  uid?: number
  gid?: number
} {
  const env = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }
  return { env, windowsHide: true, ...runAs }
}

function findUser(passwd: string, name: string): RunAs | undefined {
  for (const line of passwd.split('\n')) {
    const [user, , uid, gid] = line.split(':')
    if (user !== name || !uid || !gid) continue
    const runAs = { uid: Number(uid), gid: Number(gid) }
    if (Number.isInteger(runAs.uid) && Number.isInteger(runAs.gid) && runAs.uid !== 0) return runAs
  }
  return undefined
}
