import { Command, InvalidArgumentError } from 'commander'
import { BEHAVIOURS } from './authors/behaviours.ts'
import { SimulatorError } from './errors.ts'
import { FAULTS, type FaultName } from './faults/faults.ts'
import type { Keep } from './plan.ts'
import { SCENARIOS } from './scenarios/scenarios.ts'
import type { OwnerSignIn } from './world/workspace.ts'

/** What `npm run simulate` was asked to do. What is null is left to the scenario. */
export interface SimulateOptions {
  /** A scenario's name, `trace`, or `all`. */
  readonly scenario: string
  readonly seed: number
  readonly clients: number | null
  readonly pages: number | null
  readonly durationMs: number | null
  readonly rate: number | null
  /** Null for a server of our own. */
  readonly target: { readonly url: URL; readonly owner: OwnerSignIn } | null
  readonly faults: readonly FaultName[] | null
  readonly trace: string | null
  readonly json: string | null
  readonly junit: string | null
  readonly html: string | null
  /** The directory for what a run leaves behind. */
  readonly artifacts: string | null
  /** Whether a smaller run is searched for when a promise breaks. */
  readonly shrink: boolean
  readonly quiet: boolean
  /** What is left of the plan, for a run that was shrunk. */
  readonly keep: Keep
}

/** The name of the scenario that replays a file, and of the one that means all others. */
export const TRACE = 'trace'
export const ALL = 'all'

const DEFAULT_SCENARIO = 'everyday'
const MAX_CLIENTS = 2_000
const MAX_PAGES = 200
const MAX_DURATION_MS = 7 * 24 * 3_600_000

/** What means nothing where a file is replayed. */
const OF_SIMULATIONS = [
  ...[
    'clients',
    'pages',
    'duration',
    'rate',
    'faults',
    'keepClients',
    'keepFaults',
    'keepSteps',
    'keepUntil',
  ],
] as const satisfies readonly (keyof ParsedOptions)[]

interface ParsedOptions {
  readonly seed?: number
  readonly clients?: number
  readonly pages?: number
  readonly duration?: number
  readonly rate?: number
  readonly target?: URL
  readonly email?: string
  readonly password?: string
  readonly token?: string
  readonly faults?: readonly FaultName[]
  readonly trace?: string
  readonly json?: string
  readonly junit?: string
  readonly html?: string
  readonly artifacts?: string
  readonly shrink: boolean
  readonly quiet?: true
  readonly keepClients?: readonly string[]
  readonly keepFaults?: readonly number[]
  readonly keepSteps?: number
  readonly keepUntil?: number
}

/**
 * Reads the command line (`process.argv`). `chooseSeed` is asked when none is given.
 * Throws commander's `CommanderError` for help and for what commander finds wrong, a `SimulatorError` otherwise.
 */
export function parseOptions(argv: readonly string[], chooseSeed: () => number): SimulateOptions {
  const command = createCommand()
  command.parse([...argv])
  const [name] = command.processedArgs as [string | undefined]
  const given = command.opts<ParsedOptions>()
  const scenario = name ?? (given.trace === undefined ? DEFAULT_SCENARIO : TRACE)
  const known = [...SCENARIOS.map((each) => each.name), TRACE, ALL]
  if (!known.includes(scenario))
    throw wrong(`There is no scenario "${scenario}". Take one of: ${known.join(', ')}.`)
  if (scenario === TRACE && given.trace === undefined) throw wrong('The scenario "trace" needs --trace FILE.')
  if (scenario !== TRACE && given.trace !== undefined) {
    throw wrong(`--trace replays a file and goes with the scenario "trace", not with "${scenario}".`)
  }
  const idle =
    scenario === TRACE ? OF_SIMULATIONS.filter((option) => command.getOptionValueSource(option)) : []
  if (idle.length > 0) {
    const names = idle.map(
      (option) => `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    )
    throw wrong(`A trace decides by itself who does what, and when: leave out ${names.join(', ')}.`)
  }
  return {
    scenario,
    seed: given.seed ?? chooseSeed(),
    clients: given.clients ?? null,
    pages: given.pages ?? null,
    durationMs: given.duration ?? null,
    rate: given.rate ?? null,
    target: readTarget(given),
    faults: given.faults ?? null,
    trace: given.trace ?? null,
    json: given.json ?? null,
    junit: given.junit ?? null,
    html: given.html ?? null,
    artifacts: given.artifacts ?? null,
    shrink: given.shrink,
    quiet: given.quiet ?? false,
    keep: {
      clients: given.keepClients ?? null,
      faults: given.keepFaults ?? null,
      steps: given.keepSteps ?? null,
      untilMs: given.keepUntil ?? null,
    },
  }
}

function createCommand(): Command {
  return new Command('npm run simulate --')
    .description(
      'Lets simulated people write together while things break, and judges what is left by what they recorded ' +
        'themselves.\nWithout arguments: a private server of this checkout, the scenario "everyday", 30 seconds.',
    )
    .argument('[scenario]', `what happens; one of those below (default: ${DEFAULT_SCENARIO})`)
    .option('--seed <number>', 'decide everything as in an earlier run: --seed 4711', parseSeed)
    .option('--clients <count>', 'how many people: --clients 50', whole('people', 1, MAX_CLIENTS))
    .option('--pages <count>', 'how many pages they share: --pages 1', whole('pages', 1, MAX_PAGES))
    .option('--duration <time>', 'how long they work: --duration 30s, 10m or 2h', parseDuration)
    .option('--rate <number>', 'what each does in a second, on the average: --rate 2.5', parseRate)
    .option('--target <url>', 'test a server that runs already: --target https://pages.example.com', parseUrl)
    .option(
      '--email <address>',
      'whose pages are made there; without it a new account: --email qa@example.com',
    )
    .option('--password <password>', "that account's password: --password 'a good one'")
    .option(
      '--token <token>',
      'an access token instead of e-mail and password; it must outlast the run: --token "$TOKEN"',
    )
    .option(
      '--faults <list>',
      'disturb with these instead of the scenario’s: --faults cut,stall or --faults none',
      parseFaults,
    )
    .option(
      '--trace <file>',
      'replay a recorded editing session (.json, .json.gz): --trace friendsforever.json.gz',
    )
    .option('--json <file>', 'write the result for machines: --json result.json')
    .option('--junit <file>', 'write a result that CI systems read: --junit result.xml')
    .option('--html <file>', 'write a report to look at and to attach to a ticket: --html report.html')
    .option(
      '--artifacts <dir>',
      'keep logs of clients, documents, server output and the record: --artifacts ./run',
    )
    .option(
      '--no-shrink',
      'when a promise breaks, do not search for a smaller run that breaks it: --no-shrink',
    )
    .option('--quiet', 'print the verdict only: --quiet')
    .option(
      '--keep-clients <names>',
      'of the same people only these: --keep-clients "author 1,author 4"',
      parseList,
    )
    .option(
      '--keep-faults <places>',
      'of the same faults only these, counted from 0: --keep-faults 0,2 or --keep-faults none',
      parseNumbers,
    )
    .option(
      '--keep-steps <count>',
      'of what each person does only the beginning: --keep-steps 12',
      whole('steps', 0, Number.MAX_SAFE_INTEGER),
    )
    .option('--keep-until <time>', 'end the same run earlier: --keep-until 4s', parseDuration)
    .addHelpText('after', createHelp())
    .exitOverride()
}

/** So wide is help where nobody says how wide the terminal is, characters. */
const HELP_WIDTH = 80

/** A name a line, and beside it what is said of it, in as many lines as that takes. */
function formatList(items: readonly (readonly [name: string, text: string])[]): string {
  const indent = Math.max(...items.map(([name]) => name.length)) + 4
  const width = Math.max(20, (process.stdout.columns || HELP_WIDTH) - indent)
  return items
    .map(([name, text]) => {
      const lines = text.match(new RegExp(`.{1,${width}}(?: |$)`, 'g')) ?? [text]
      return `  ${name.padEnd(indent - 2)}${lines.map((line) => line.trimEnd()).join(`\n${' '.repeat(indent)}`)}`
    })
    .join('\n')
}

function createHelp(): string {
  return `
Scenarios:
${formatList([
  ...SCENARIOS.map(({ name, purpose }) => [name, purpose] as const),
  [TRACE, 'Replays a recorded session given with --trace and compares every text with its end.'],
  [ALL, 'All of them but "marathon" and "trace", one after the other; --duration goes for each.'],
])}

Faults (--faults); those marked with * need a server of our own:
${formatList(Object.entries(FAULTS).map(([name, { does, needs }]) => [needs === 'network' ? name : `${name} *`, does] as const))}

Exit code: 0 when every promise held, 1 when one was broken, 2 when the run could not be done.

Examples:
  npm run simulate                                            half a minute, everything of our own
  npm run simulate -- crash --duration 2m                     kill the server for two minutes
  npm run simulate -- everyday --seed 4711 --clients 50       more people, and a run that can be repeated
  npm run simulate -- rush --target http://localhost:3000     a server that runs already
  npm run simulate -- all --duration 10m --html report.html   everything in turn, for a nightly job
  npm run simulate -- --trace friendsforever.json.gz          a recorded session of two people

What has --keep-… is printed when a promise breaks: a smaller run of the same seed that breaks it, too.

The people can: ${Object.keys(BEHAVIOURS).join(', ')}.
Traces are at https://github.com/josephg/editing-traces (concurrent_traces, sequential_traces).`
}

function readTarget({ target, email, password, token }: ParsedOptions): SimulateOptions['target'] {
  if (target === undefined) {
    if (email !== undefined || password !== undefined || token !== undefined)
      throw wrong('--email, --password and --token are for a server given with --target URL.')
    return null
  }
  if (token !== undefined) {
    if (email !== undefined || password !== undefined)
      throw wrong('Pass either --token or --email with --password, not both.')
    return { url: target, owner: { kind: 'token', token } }
  }
  if (email === undefined && password === undefined) return { url: target, owner: { kind: 'register' } }
  if (email === undefined || password === undefined) throw wrong('--email and --password go together.')
  return { url: target, owner: { kind: 'login', email, password } }
}

function wrong(message: string): SimulatorError {
  return new SimulatorError('options-invalid', message)
}

function parseSeed(value: string): number {
  const seed = Number(value)
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new InvalidArgumentError('Expected a whole number from 0 to 4294967295.')
  return seed
}

function whole(what: string, min: number, max: number) {
  return (value: string): number => {
    const count = Number(value)
    if (!Number.isInteger(count) || count < min || count > max)
      throw new InvalidArgumentError(`Expected a whole number of ${what} from ${min} to ${max}.`)
    return count
  }
}

/** "30s", "10m", "2h" or "500ms"; a bare number is seconds. Answers ms. */
export function parseDuration(value: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value.trim()) ?? []
  const factor = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? 's'] ?? Number.NaN
  const ms = Number(number) * factor
  if (!(ms > 0 && ms <= MAX_DURATION_MS))
    throw new InvalidArgumentError('Expected a time such as 30s, 10m or 2h, a week at most.')
  return ms
}

function parseRate(value: string): number {
  const rate = Number(value)
  if (!(rate > 0 && rate <= 1_000)) throw new InvalidArgumentError('Expected a number above 0, at most 1000.')
  return rate
}

function parseUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new InvalidArgumentError('Expected an address such as http://localhost:3000.')
  return url
}

function parseFaults(value: string): readonly FaultName[] {
  if (value === 'none') return []
  const names = parseList(value)
  const unknown = names.find((name) => !Object.hasOwn(FAULTS, name))
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      `There is no fault "${unknown}". Take some of: ${Object.keys(FAULTS).join(', ')}, or none.`,
    )
  return names as FaultName[]
}

function parseList(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function parseNumbers(value: string): readonly number[] {
  if (value === 'none') return []
  const numbers = parseList(value).map(Number)
  if (!numbers.every((number) => Number.isInteger(number) && number >= 0))
    throw new InvalidArgumentError('Expected whole numbers such as 0,2, or none.')
  return numbers
}
