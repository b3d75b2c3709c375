import { describe, expect, it } from 'vitest'
import { findPasswordWeakness } from '../../shared/weak-password.ts'

const ANN = { name: 'Ann-Marie Archer', email: 'ann.archer@example.com' }

describe('passwords that are guessed first', () => {
  it.each([
    ...[
      '1234567890',
      '0987654321',
      '12345678910',
      'abcdefghij',
      'zyxwvutsrq',
      'qwertyuiop',
      'QwertyUiop1',
      'asdfghjkl;',
    ],
    ...[
      'qwerty123456',
      'abc123abc123',
      'aaaaaaaaaa',
      'aaaaabbbbb',
      'ababababab',
      '1212121212',
      '123123123123',
    ],
    ...[
      '11112222333',
      'passwordpassword',
      'Password123',
      'P@ssw0rd2024',
      'password!!!',
      '!!letmein!!',
      '1q2w3e4r5t',
    ],
    ...[
      '1qaz2wsx3edc',
      'I love you!',
      'Welcome2025!',
      'copydesk2025',
      'administrator',
      'Correct Horse Battery Staple',
    ],
    ...[
      'ann.archer@example.com',
      'ANN.ARCHER',
      'annarcher2024',
      'Ann-Marie Archer',
      'annmariearcher!',
      '          ',
    ],
    ...[
      'archer2024',
      'Archer12345',
      'archerann1',
      'Archer, Ann!',
      'marie archer 1',
      'archerarcher',
      'Archer24Archer24',
      'ann1234567',
    ],
    ...[
      'password1234567',
      'welcome12345678',
      'iloveyou1234567',
      '7654321password',
      'copydesk1234567!!',
      'password00000000',
    ],
  ])('%s', (password) => {
    expect(findPasswordWeakness(password, ANN)).toMatch(/^This .+ Choose (?:another|something else)\.$/)
  })

  it.each([
    ...['correct horse', 'at least ten characters', 'password of Ann-Marie Archer', 'a long enough password'],
    ...[
      'another long password',
      'kx7fP2mq9Z',
      '8371946205',
      'Ann likes 1911 presses',
      'наш старый пресс',
      '私の古い印刷機は重い',
    ],
    ...[
      'abcdefg is how it begins',
      'tr0ub4dor&3',
      'no man is an island',
      'unusual12345678',
      'xkcd-xkcd-936-xkcd',
    ],
    ...[
      'archer reads nine books',
      'nine books for archer',
      'archery2024',
      'Ann and Archer',
      'archer83719462',
      'password8371946',
      'mariexample',
      'example.com',
    ],
  ])('but not %s', (password) => {
    expect(findPasswordWeakness(password, ANN)).toBeNull()
  })

  it('somebody without an e-mail address has only their name', () => {
    expect(findPasswordWeakness('Gwendoline', { name: 'Gwendoline', email: null })).toContain('your name')
    expect(findPasswordWeakness('a tall tree', { name: '', email: null })).toBeNull()
  })

  it('the words of an e-mail address are the person’s as well, without its digits', () => {
    const owner = { name: 'A. B.', email: 'gwen_archer84+desk@example.com' }
    for (const password of ['archer2024', 'desk-archer', 'Archer84!!', 'gwenarcher', 'gwen.archer84+desk'])
      expect(findPasswordWeakness(password, owner), password).toContain('your name')
    for (const password of ['abbabaabbbab', 'archer at a desk', 'gwen@example.com'])
      expect(findPasswordWeakness(password, owner), password).toBeNull()
  })

  it('looks at the longest at once', () => {
    const began = performance.now()
    findPasswordWeakness(`${'ab'.repeat(99)}c`, ANN)
    findPasswordWeakness(`${'ab'.repeat(99)}c`, { name: 'ab abab ababab '.repeat(6), email: null })
    expect(performance.now() - began).toBeLessThan(50)
  })
})
