import { describe, expect, it, vi } from 'vitest'
import { parseOptions } from '../simulator/options.ts'
import { describeCommand } from '../simulator/report/describe-command.ts'
import { readTokenEnd } from '../simulator/world/account.ts'

const parse = (...args: string[]) => parseOptions(['node', 'simulate', ...args], () => 99)

describe('the command line of the simulator', () => {
  it('needs nothing: a private server, everyday, and a seed of its own', () => {
    expect(parse()).toMatchObject({
      scenario: 'everyday',
      seed: 99,
      target: null,
      clients: null,
      faults: null,
    })
  })

  it('reads times with their unit', () => {
    expect(parse('--duration', '90').durationMs).toBe(90_000)
    expect(parse('--duration', '10m').durationMs).toBe(600_000)
    expect(parse('--duration', '2h').durationMs).toBe(7_200_000)
    expect(parse('--duration', '500ms').durationMs).toBe(500)
  })

  it('knows the faults, and none of them', () => {
    expect(parse('--faults', 'cut, stall').faults).toEqual(['cut', 'stall'])
    expect(parse('--faults', 'none').faults).toEqual([])
  })

  it('comes into a deployment in one of three ways', () => {
    const url = 'https://pages.example.com'
    expect(parse('--target', url).target?.owner).toEqual({ kind: 'register' })
    expect(parse('--target', url, '--token', 't').target?.owner).toEqual({ kind: 'token', token: 't' })
    expect(parse('--target', url, '--email', 'a@example.com', '--password', 'p').target?.owner).toEqual({
      ...{ kind: 'login', email: 'a@example.com', password: 'p' },
    })
  })

  it('takes a trace for its scenario', () => {
    expect(parse('--trace', 'session.json.gz')).toMatchObject({ scenario: 'trace', trace: 'session.json.gz' })
  })

  it.each([
    [['nonsense'], 'There is no scenario "nonsense"'],
    [['trace'], 'needs --trace FILE'],
    [['rush', '--trace', 'file'], 'goes with the scenario "trace"'],
    [['--trace', 'file', '--keep-until', '4s', '--clients', '2'], 'leave out --clients, --keep-until'],
    [['--token', 't'], 'are for a server given with --target'],
    [['--target', 'http://a', '--email', 'a@example.com'], 'go together'],
    [['--target', 'http://a', '--token', 't', '--password', 'p'], 'not both'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message)
  })

  it.each([
    ['--seed', '-1'],
    ['--clients', '0'],
    ['--clients', '1.5'],
    ['--duration', '0'],
    ['--duration', '3 weeks'],
    ['--rate', 'fast'],
    ['--target', 'pages'],
    ['--faults', 'earthquake'],
  ])('refuses %s %s', (...args) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(() => parse(...args)).toThrow(/Expected|There is no fault/)
    write.mockRestore()
  })

  it('can be said again from what was read, without the secrets', () => {
    const command = describeCommand(
      'rush',
      parse(
        'rush',
        '--seed',
        '3',
        '--clients',
        '5',
        '--faults',
        'none',
        '--target',
        'https://a.example',
        '--token',
        'secret',
      ),
    )
    expect(command).toBe(
      'npm run simulate -- rush --seed 3 --clients 5 --faults none --target https://a.example --token …',
    )
  })
})

describe('a token that was given', () => {
  const tokenOf = (payload: object) =>
    `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.signature`

  it('says when it ends, or nothing', () => {
    expect(readTokenEnd(tokenOf({ exp: 1_700_000_000 }))).toBe(1_700_000_000_000)
    for (const token of [tokenOf({}), tokenOf({ exp: 'soon' }), 'opaque', 'a.b.c', ''])
      expect(readTokenEnd(token)).toBeNull()
  })
})
