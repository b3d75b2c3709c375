import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { chromium } from '@playwright/test'

/** Where Debian's packages put them. The first has nothing to show itself with, which saves a third of the CPU time. */
const SYSTEM_CHROMIUMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

const HOW_TO = `The browser tests need a Chromium. Any of these gives them one:
  · Debian or Ubuntu:   sudo apt-get install chromium-headless-shell
  · elsewhere:          npx playwright install chromium
  · one you have:       CHROMIUM_PATH=/path/to/chrome npm test`

/**
 * The Chromium that the browser tests run in: CHROMIUM_PATH, the system's, or Playwright's own. Without
 * any, it is installed: by apt-get where we are root on Debian, by Playwright elsewhere.
 * @throws an Error that says what to do, if that does not work either
 */
export function ensureChromium(): string {
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named
    throw new Error(`CHROMIUM_PATH is ${named}, but there is no such file.\n${HOW_TO}`)
  }
  const found = find()
  if (found !== undefined) return found

  try {
    install()
  } catch (cause) {
    throw new Error(`No Chromium was found, and installing one failed.\n${HOW_TO}`, { cause })
  }
  const installed = find()
  if (installed === undefined)
    throw new Error(`Chromium was installed, but not where it was expected.\n${HOW_TO}`)
  return installed
}

function find(): string | undefined {
  return [...SYSTEM_CHROMIUMS, chromium.executablePath()].find((path) => existsSync(path))
}

function install(): void {
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'inherit' })
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    run('apt-get', 'update', '-q')
    run('apt-get', 'install', '-y', '-q', '--no-install-recommends', 'chromium-headless-shell')
    return
  }
  const playwright = join(
    dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')),
    'cli.js',
  )
  run(process.execPath, playwright, 'install', 'chromium')
}
