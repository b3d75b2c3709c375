import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeEvents, hashContract } from './describe-events.ts'

writeFileSync(fileURLToPath(new URL('../docs/EVENTS.md', import.meta.url)), describeEvents())
console.info(`docs/EVENTS.md is written. CONTRACT_HASH in shared/protocol/version.ts: '${hashContract()}'`)
