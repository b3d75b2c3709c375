import { describe, expect, it } from 'vitest'
import { listErrors } from '../../editor/features/account/list-errors.ts'
import { withStrongPassword } from '../../editor/features/account/with-strong-password.ts'
import { guestBodySchema, loginBodySchema, registerBodySchema } from '../../shared/api/auth.ts'

const EMAIL = 'ann@example.com'
const LONG = 'x'.repeat(300)

describe('the words under a form’s fields', () => {
  it('asks for what is missing at sign-in', () => {
    expect(listErrors(loginBodySchema, { email: '', password: '' })).toEqual({
      email: 'Enter an e-mail address.',
      password: 'Enter your password.',
    })
  })

  it('says under a new password that it is easily guessed', () => {
    const schema = withStrongPassword(registerBodySchema, 'password', (body) => body)
    const form = { email: EMAIL, name: 'Ann' }
    expect(listErrors(schema, { ...form, password: '1234567890' })).toEqual({
      password: 'This follows the keyboard, the alphabet or the digits. Choose something else.',
    })
    expect(listErrors(schema, { ...form, password: '1234' })).toEqual({
      password: 'Use at least 10 characters.',
    })
    expect(listErrors(schema, { ...form, password: 'correct horse' })).toEqual({})
  })

  it('says in words what is too long', () => {
    expect(listErrors(loginBodySchema, { email: EMAIL, password: LONG })).toEqual({
      password: 'That is too long for a password.',
    })
    expect(
      listErrors(registerBodySchema, { email: `${LONG}@example.com`, password: LONG, name: LONG }),
    ).toEqual({
      email: 'That is too long for an e-mail address.',
      password: 'That is too long for a password.',
      name: 'Use at most 80 characters.',
    })
    expect(listErrors(guestBodySchema, { shareToken: LONG, name: 'Gwen' })).toEqual({
      shareToken: 'This link is too long: copy it again.',
    })
  })
})
