import { writeContent } from '../support/people.ts'
import {
  type Author,
  expect,
  expectReady,
  expectSaved,
  expectTyped,
  goOffline,
  openTogether,
  test,
  textOf,
  typedTextOf,
  typedTextsOf,
} from './fixtures.ts'
import { barOf, goTo, JUST_MS } from './writing-tools.ts'

test.describe.configure({ timeout: 180_000 })

const LINES = '<p>sun</p><p>moon light</p><p>star</p>'
const ITEMS = '<ul><li>sun</li><li>moon light</li><li>star</li></ul>'

/** What Ann makes of the line with the moon in it: with which keys, from which text, and what it then is. */
const CHANGES: readonly [text: string, keys: string, outcome: string][] = [
  [LINES, 'ControlOrMeta+Alt+2', 'h2'],
  [LINES, 'ControlOrMeta+Shift+8', 'ul p'],
  [LINES, 'ControlOrMeta+Shift+9', 'ul p'],
  [LINES, 'ControlOrMeta+Shift+b', 'blockquote p'],
  [LINES, 'ControlOrMeta+Alt+c', 'code'],
  [LINES, 'Alt+Shift+ArrowUp', 'p:first-of-type'],
  [ITEMS, 'Tab', 'ul ul p'],
  [ITEMS, 'Shift+Tab', 'ul + p'],
  [ITEMS, 'ControlOrMeta+Shift+7', 'ol p'],
]

async function write(
  { ann, bob, id }: { ann: Author; bob: Author; id: string },
  html: string,
): Promise<void> {
  await bob.page.waitForTimeout(JUST_MS)
  await writeContent(ann.person, id, 'html', html)
  for (const { page } of [ann, bob]) await expectTyped(page, html.replaceAll(/<[^>]*>/g, ''))
}

test('D1 · words written offline stay in their line, whatever another has made of it meanwhile', async ({
  signIn,
}) => {
  const together = await openTogether(signIn)
  const { ann, bob } = together
  for (const [text, keys, outcome] of CHANGES) {
    const does = `${keys} in ${text}`
    await write(together, text)
    await goTo(bob.page, 'moon', 4)
    await goOffline(bob.page)
    await bob.page.keyboard.type(' and Bob')
    await goTo(ann.page, 'moon', 0)
    await ann.page.keyboard.press(keys)
    await expect.poll(() => typedTextsOf(ann.page, outcome), does).toContain('moon light')
    await expectSaved(ann.page)
    await bob.context.setOffline(false)
    for (const { page } of [ann, bob])
      await expect.poll(() => typedTextsOf(page, outcome), does).toContain('moon and Bob light')
    await bob.page.keyboard.type('!')
    await expect.poll(() => typedTextsOf(ann.page, outcome), does).toContain('moon and Bob! light')
    await expectSaved(bob.page)
  }
})

test('C1 · words that are being typed go on in their line while another makes something else of it', async ({
  signIn,
}) => {
  const together = await openTogether(signIn)
  const { ann, bob } = together
  for (const [text, keys, outcome] of CHANGES) {
    const does = `${keys} in ${text}`
    await write(together, text)
    await goTo(bob.page, 'moon', 4)
    await goTo(ann.page, 'moon', 0)
    await Promise.all([
      bob.page.keyboard.type('abcdefghijklmnopqrstuvwxyz', { delay: 15 }),
      (async () => {
        await expect.poll(() => typedTextOf(ann.page)).toContain('moonabcd')
        await ann.page.keyboard.press(keys)
      })(),
    ])
    for (const { page } of [bob, ann])
      await expect
        .poll(() => typedTextsOf(page, outcome), does)
        .toContain('moonabcdefghijklmnopqrstuvwxyz light')
  }
})

test('D1 · words written offline stay in their cell when its row becomes a header', async ({ signIn }) => {
  const together = await openTogether(signIn)
  const { ann, bob } = together
  await write(together, '<table><tr><td>moon</td><td></td></tr><tr><td>sun</td><td></td></tr></table>')
  await goTo(bob.page, 'moon', 4)
  await goOffline(bob.page)
  await bob.page.keyboard.type(' and Bob')
  await bob.page.keyboard.press('Tab')
  await bob.page.keyboard.type('beside')
  await goTo(ann.page, 'sun', 0)
  await barOf(ann.page).getByRole('button', { name: 'Row' }).click()
  await ann.page.getByRole('menuitem', { name: 'Header row on or off' }).click()
  await expect(textOf(ann.page).locator('th')).toHaveCount(2)
  await expectSaved(ann.page)
  await bob.context.setOffline(false)
  for (const { page } of [ann, bob])
    await expect(textOf(page).locator('th')).toHaveText([/moon and Bob/, /beside/])
})

test('D1 · words that came to the server over a connection that hears nothing stay in their line', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn)
  await textOf(ann.page).click()
  await ann.page.keyboard.type('moon light')
  await expectTyped(bob.page, 'moon light')
  let isDeaf = false
  let breakOff = (): Promise<void> => Promise.resolve()
  await bob.page.routeWebSocket(/\/collaboration/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((frame) => server.send(frame))
    server.onMessage((frame) => {
      if (!isDeaf) socket.send(frame)
    })
    breakOff = () => socket.close({ code: 4000 })
  })
  // The socket that is open already is not ours to hold back.
  await bob.page.reload()
  await expectReady(bob.page)
  await goTo(bob.page, 'moon', 4)
  isDeaf = true
  await ann.page.keyboard.press('ControlOrMeta+Alt+2')
  await expectSaved(ann.page)
  await bob.page.keyboard.type(' and Bob')
  // Longer than what was just written counts as such; it is in the old line, which the server knows to be gone.
  await bob.page.waitForTimeout(JUST_MS)
  isDeaf = false
  await breakOff()
  for (const { page } of [ann, bob])
    await expect.poll(() => typedTextsOf(page, 'h2')).toEqual(['moon and Bob light'])
})

test('C1 · what another deleted together with its line does not come back', async ({ signIn }) => {
  const together = await openTogether(signIn)
  const { ann, bob } = together
  await write(together, LINES)
  await goTo(bob.page, 'moon', 4)
  await bob.page.keyboard.type(' and Bob')
  await expectTyped(ann.page, 'sunmoon and Bob lightstar')
  await bob.page.waitForTimeout(JUST_MS)
  await goTo(ann.page, 'moon', 0)
  await goOffline(ann.page)
  await ann.page.keyboard.press('End')
  for (let letter = 0; letter < ' and Bob light'.length; letter++) await ann.page.keyboard.press('Backspace')
  await ann.page.keyboard.press('ControlOrMeta+Alt+2')
  await ann.context.setOffline(false)
  await expect(textOf(bob.page).locator('h2')).toHaveText(/^moon/)
  await bob.page.keyboard.press('End')
  await bob.page.keyboard.type('.')
  await expect(textOf(ann.page)).not.toContainText('and Bob')
})
