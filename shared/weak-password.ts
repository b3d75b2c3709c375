/*
 * Which passwords are guessed first, as NIST SP 800-63B (5.1.1.2) asks: repetitions and sequences, and, alone or with
 * little before and behind, a common word, the name of the service, and what the person's name and e-mail address are
 * made of, in any order. What is long enough and none of these is taken as it is, also where such a word is in it.
 */

/** Who a password is for. */
export interface PasswordOwner {
  readonly name: string
  readonly email: string | null
}

/** As few digits and signs at the ends say nothing beside a common word or a name, nor do any that are a sequence. */
const MAX_TRIMMINGS = 6
/** A single letter of a name is no word of it: many words could be made of such. */
const MIN_OWN_WORD = 2
/** What repeats is only as strong as what it repeats. */
const MIN_UNIT = 8
/** Pieces that are shorter are no sequences; those that are as long as this on average make one of the whole. */
const MIN_PIECE = 3
/** What only stands between letters and digits. */
const BETWEEN = /[\s\p{P}+]+/gu

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
  const unit = findUnit(plain)
  if (isOwn(plain, owner) || isOwn(unit, owner))
    return 'This is your name or your e-mail address. Choose something else.'
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

/** Whether it is nothing but words of the person’s name and address, one or several, with not much around them. */
function isOwn(plain: string, { name, email }: PasswordOwner): boolean {
  const [local = ''] = (email ?? '').split('@')
  const known = [name, email ?? '', local].map((words) => words.normalize('NFKC').toLowerCase())
  // A domain is shared with many: its parts are not the person's own.
  const parts = [name, local].flatMap((words) => words.normalize('NFKC').toLowerCase().split(BETWEEN))
  const own = [...known.map(squeeze), ...parts, ...parts.map(trim)].filter(
    (word) => word.length >= MIN_OWN_WORD,
  )
  return isMadeOf(squeeze(plain), own) || isMadeOf(squeeze(trim(plain)), own)
}

/** Whether it is one of the words or several, one behind the other, and nothing else. */
function isMadeOf(whole: string, words: readonly string[]): boolean {
  const reached = new Set([0])
  // What is added meanwhile is looked at as well.
  for (const at of reached)
    for (const word of words) if (whole.startsWith(word, at)) reached.add(at + word.length)
  return whole !== '' && reached.has(whole.length)
}

/** Without what only stands between letters and digits. */
function squeeze(words: string): string {
  return words.replace(BETWEEN, '')
}

/** Without a few digits and signs at the ends, or sequences of them; with too many others it is something else. */
function trim(words: string): string {
  const [head = ''] = words.match(/^[^\p{L}\p{M}]+/u) ?? []
  const [tail = ''] = words.slice(head.length).match(/[^\p{L}\p{M}]+$/u) ?? []
  const others = [...splitPieces(head), ...splitPieces(tail)].filter((length) => length < MIN_PIECE)
  const isFew = others.reduce((sum, length) => sum + length, 0) <= MAX_TRIMMINGS
  return isFew ? words.slice(head.length, words.length - tail.length) : words
}

/** The shortest piece which the whole is a repetition of, perhaps with a part of it at the end; else the whole. */
function findUnit(words: string): string {
  for (let length = 1; length * 2 <= words.length; length++)
    if (words.slice(length) === words.slice(0, -length)) return words.slice(0, length)
  return words
}

/** Whether it is made of long pieces of sequences. */
function isSequence(words: string): boolean {
  return [...words].length / splitPieces(words).length >= MIN_PIECE
}

/** How long the pieces are that each stay at one character or go on along a sequence, one way or the other. */
function splitPieces(words: string): number[] {
  const characters = [...words]
  const lengths: number[] = []
  let before: string | null = null
  for (const [at, character] of characters.entries()) {
    const step = at === 0 ? null : readStep(characters[at - 1] as string, character)
    if (step === null || (before !== null && step !== before)) {
      lengths.push(1)
      before = null
    } else {
      lengths.push((lengths.pop() ?? 0) + 1)
      before = step
    }
  }
  return lengths
}

/** How one character follows another: the same one, or the next one of a sequence, forward or back. */
function readStep(one: string, next: string): string | null {
  if (one === next) return 'same'
  if (SEQUENCES.some((sequence) => sequence.includes(one + next))) return 'forward'
  return SEQUENCES.some((sequence) => sequence.includes(next + one)) ? 'back' : null
}
