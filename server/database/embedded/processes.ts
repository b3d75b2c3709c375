import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a process runs under this id. A zombie does not: it only waits for its parent to notice. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await nameOfProcess(pid)) !== undefined
}

/**
 * Whether this process is the postmaster of this cluster. A process id outlives its process: after a
 * crash or a container restart the number in a lock file may belong to anything.
 */
export async function isPostmasterOf(pid: number, clusterDir: string): Promise<boolean> {
  const name = await nameOfProcess(pid)
  if (name === undefined || !/^postgres(\.exe)?$/.test(name)) return false
  if (process.platform !== 'linux') return true
  try {
    // A postmaster works inside its data directory.
    const [workingDir, cluster] = await Promise.all([stat(`/proc/${pid}/cwd/`), stat(clusterDir)])
    return workingDir.dev === cluster.dev && workingDir.ino === cluster.ino
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') return false
    // Root in a container may not look into another user's process. The owner is then the best hint.
    const [owner, cluster] = await Promise.all([stat(`/proc/${pid}`), stat(clusterDir)])
    return owner.uid === cluster.uid
  }
}

async function nameOfProcess(pid: number): Promise<string | undefined> {
  switch (process.platform) {
    case 'linux':
      return nameFromProc(pid)
    case 'win32': {
      const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'])
      return stdout.match(/^"([^"]+)","\d+"/)?.[1]
    }
    default:
      return nameFromPs(pid)
  }
}

async function nameFromProc(pid: number): Promise<string | undefined> {
  try {
    const [, name, state] = (await readFile(`/proc/${pid}/stat`, 'utf8')).match(/\((.*)\) (.)/s) ?? []
    return state === 'Z' || state === 'X' ? undefined : name
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

async function nameFromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=', '-o', 'comm=', '-p', String(pid)])
    const [, state, command] = stdout.match(/^\s*(\S+)\s+(.*?)\s*$/m) ?? []
    return command === undefined || state?.startsWith('Z') ? undefined : basename(command)
  } catch (error) {
    // ps ends with 1 when there is no such process.
    if ((error as { code?: unknown }).code === 1) return undefined
    throw error
  }
}
