/*
 * Which passwords are guessed first, as NIST SP 800-63B (5.1.1.2) asks: common ones, repetitions and sequences, and what
 * is known of the person and of the service. What is long enough and none of these is taken as it is.
 */

/** Who a password is for. */
export interface PasswordOwner {
  readonly name: string
  readonly email: string | null
}

/** As few characters say nothing beside a common word or a name. */
const MAX_TRIMMINGS = 6
/** What repeats is only as strong as what it repeats. */
const MIN_UNIT = 8
/** Pieces of a sequence that are as long as this on average make a sequence of the whole. */
const MIN_PIECE = 3

const SEQUENCES = [
  ...['abcdefghijklmnopqrstuvwxyz', '01234567890'],
  ...['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiopü', 'asdfghjklöä', 'yxcvbnm'],
  ...['azertyuiop', 'qsdfghjklm', 'wxcvbn', '!@#$%^&*()'],
]

/** Words that are passwords by themselves or with a few signs and digits around them: of the usual lists the most usual. */
const COMMON = new Set(
  `1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 123qwe 123qweasd 123qweasdzxc 12qwaszx 1a2b3c
  1a2b3c4d 1a2b3c4d5e a1b2c3 a1b2c3d4 a1b2c3d4e5 abc123 abcd1234 aa123456 access accountadmin admin administrator admin123
  adminadmin alexander arsenal asdasd asdf1234 asdfasdf babygirl barcelona baseball basketball batman beautiful
  blink182 butterfly challenge changeit changeme charlie cheese chelsea chocolate computer copydesk
  correcthorsebatterystaple default defaultpassword dragon elizabeth flower football footballer freedom google
  guest hallo hello helloworld hunter iloveyou iloveyousomuch internet jennifer jordan killer
  letmein letmeinnow liverpool login lovely loveyou manchester masterkey masterpass michael michelle microsoft minecraft monkey
  mustang myname mynameis mypassword myspace naruto nicole ninja nopassword p@ssw0rd p@ssword pa$$w0rd pa$$word
  password passw0rd passwort password1234 passwordpassword passwords pokemon princess q1w2e3r4 q1w2e3r4t5
  q1w2e3r4t5y6 qazwsx qazwsxedc qazwsxedcrfv qwe123 qweasd qweasdzxc qwer1234 qwerty qwerty123 qwertyuiop qwertz realmadrid
  rockyou root samsung secret secretpassword shadow snoopy soccer spiderman starwars summer sunshine superman
  superstar temp temporary test test123 testtest testing thepassword tigger trustme trustno1 unknown user username
  welcome welcomehome whatever william winter zaq12wsx zaq1zaq1`.split(/\s+/),
)

/** Why a password is easily guessed, said to the person; null if it is not known to be. */
export function findPasswordWeakness(password: string, owner: PasswordOwner): string | null {
  const plain = password.normalize('NFKC').toLowerCase()
  if (isOwn(plain, owner)) return 'This is your name or your e-mail address. Choose something else.'
  const unit = findUnit(plain)
  if (unit.length < MIN_UNIT && unit.length < plain.length)
    return 'This says the same few characters again and again. Choose something else.'
  if (isSequence(unit)) return 'This follows the keyboard, the alphabet or the digits. Choose something else.'
  if (
    COMMON.has(unit) ||
    COMMON.has(squeeze(unit)) ||
    COMMON.has(trim(unit)) ||
    COMMON.has(squeeze(trim(unit)))
  )
    return 'This is a password that many people have. Choose another.'
  return null
}

/** Whether it is the person’s name or address, or a part of one that is told apart, with not much around it. */
function isOwn(plain: string, { name, email }: PasswordOwner): boolean {
  const [local = ''] = (email ?? '').split('@')
  const own = [name, email ?? '', local].map((words) => squeeze(words.normalize('NFKC').toLowerCase()))
  const said = [squeeze(plain), squeeze(trim(plain))]
  return own.some((words) => words !== '' && said.includes(words))
}

/** Without what only stands between letters and digits. */
function squeeze(words: string): string {
  return words.replace(/[\s\p{P}]+/gu, '')
}

/** Without a few digits and signs at the ends; with too many of them it is something else. */
function trim(words: string): string {
  const core = words.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return words.length - core.length <= MAX_TRIMMINGS ? core : words
}

/** The shortest piece which the whole is a repetition of, perhaps with a part of it at the end; else the whole. */
function findUnit(words: string): string {
  for (let length = 1; length * 2 <= words.length; length++)
    if (words.slice(length) === words.slice(0, -length)) return words.slice(0, length)
  return words
}

/** Whether it is made of long pieces that each stay at one character or go on along a sequence, one way or the other. */
function isSequence(words: string): boolean {
  const characters = [...words]
  let pieces = 1
  let before: string | null = null
  for (let at = 1; at < characters.length; at++) {
    const step = readStep(characters[at - 1] as string, characters[at] as string)
    if (step === null || (before !== null && step !== before)) {
      pieces++
      before = null
    } else before = step
  }
  return characters.length / pieces >= MIN_PIECE
}

/** How one character follows another: the same one, or the next one of a sequence, forward or back. */
function readStep(one: string, next: string): string | null {
  if (one === next) return 'same'
  if (SEQUENCES.some((sequence) => sequence.includes(one + next))) return 'forward'
  return SEQUENCES.some((sequence) => sequence.includes(next + one)) ? 'back' : null
}
