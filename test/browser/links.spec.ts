import type { Page } from '@playwright/test'
import { addMember } from '../support/people.ts'
import { expect, expectSaved, expectTyped, openNewPage, openTogether, test, textOf } from './fixtures.ts'
import { paste } from './writing-tools.ts'

test('a link in a page that one writes in can be opened', async ({ signIn, server }) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann)
  const address = `${server.url}/sign-in`
  await textOf(ann.page).click()
  await ann.page.keyboard.type('elsewhere')
  await ann.page.keyboard.press('Control+a')
  await ann.page.keyboard.press('Control+k')
  await ann.page.getByLabel('Address').fill(address)
  await ann.page.getByRole('button', { name: 'Apply' }).click()
  const link = textOf(ann.page).getByRole('link', { name: 'elsewhere' })

  // A plain click only sets the caret.
  await link.click()
  expect(ann.context.pages()).toHaveLength(1)
  const [opened] = await Promise.all([
    ann.context.waitForEvent('page'),
    link.click({ modifiers: ['Control'] }),
  ])
  await opened.waitForURL((url) => url.href.startsWith(server.url))
  expect(await opened.evaluate(() => window.opener)).toBeNull()
  expect(ann.context.pages()).toHaveLength(2)
  await opened.close()

  await link.click()
  await ann.page.keyboard.press('Control+k')
  const open = ann.page.getByRole('link', { name: 'Open' })
  await expect(open).toHaveAttribute('href', address)
  await expect(open).toHaveAttribute('rel', 'noopener noreferrer')
  const [again] = await Promise.all([ann.context.waitForEvent('page'), open.click()])
  await again.close()
  await ann.page.keyboard.press('Escape')
  await ann.page.getByRole('button', { name: 'Link', exact: true }).hover()
  await expect(ann.page.getByRole('tooltip').filter({ hasText: 'click on a link opens it' })).toBeVisible()
  await ann.page.getByRole('button', { name: 'Link', exact: true }).click()
  await expect(ann.page.getByLabel('Address')).toBeVisible()
  await expect(ann.page.getByRole('tooltip')).toHaveCount(0)
})

/** The links of a page, each with the address that it leads to, without the carets in them. */
async function expectLinks(page: Page, links: readonly (readonly [string, string])[]): Promise<void> {
  const read = () =>
    textOf(page).evaluate((element) => {
      const copy = element.cloneNode(true) as HTMLElement
      for (const caret of copy.querySelectorAll('.collaboration-caret')) caret.remove()
      return [...copy.querySelectorAll('a')].map((link) => [
        (link.textContent ?? '').replaceAll('\u2060', ''),
        link.getAttribute('href') ?? '',
      ])
    })
  await expect.poll(read).toEqual(links)
}

test('a link is made, changed and removed with the keyboard, and another sees each', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'viewer')
  const id = await openNewPage(ann)
  await bob.page.goto(`/pages/${id}`)
  const { page } = ann
  const address = page.getByLabel('Address')
  await textOf(page).click()
  await page.keyboard.type('Read the style guide')
  await page.keyboard.press('Control+Shift+ArrowLeft')
  await page.keyboard.press('Control+Shift+ArrowLeft')
  await page.keyboard.press('Control+k')
  await expect(address).toBeFocused()
  await page.keyboard.type('example.com/style')
  await page.keyboard.press('Enter')
  await expect(textOf(page)).toBeFocused()
  await expectLinks(bob.page, [['style guide', 'https://example.com/style']])
  const rel = 'noopener noreferrer nofollow'
  await expect(textOf(bob.page).getByRole('link')).toHaveAttribute('rel', rel)
  // What is written behind it leads nowhere.
  await page.keyboard.press('ArrowRight')
  await page.keyboard.type(', soon')
  await expectTyped(bob.page, 'Read the style guide, soon')
  await expectLinks(bob.page, [['style guide', 'https://example.com/style']])

  // From a caret anywhere in it, all of it is changed.
  for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Control+k')
  await expect(address).toBeFocused()
  await expect(address).toHaveValue('https://example.com/style')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('javascript:alert(1)')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Enter a web address or an e-mail address.')).toBeVisible()
  await expectLinks(bob.page, [['style guide', 'https://example.com/style']])
  await page.keyboard.press('Control+a')
  await page.keyboard.type('ann@example.com')
  await page.keyboard.press('Enter')
  await expect(textOf(page)).toBeFocused()
  await expectLinks(bob.page, [['style guide', 'mailto:ann@example.com']])

  await page.keyboard.press('Control+k')
  await expect(address).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Remove link' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(textOf(page)).toBeFocused()
  await expectLinks(bob.page, [])
  await expectTyped(bob.page, 'Read the style guide, soon')

  // With nothing selected the address itself is written. There the same keys search.
  await page.keyboard.press('End')
  await page.keyboard.type(': ')
  await page.getByTestId('toolbar').getByRole('button', { name: 'Link' }).click()
  await expect(address).toBeFocused()
  await expect(address).toHaveValue('')
  await page.keyboard.type('example.com')
  await page.keyboard.press('Enter')
  await expect(textOf(page)).toBeFocused()
  await page.keyboard.type('!')
  await expectTyped(bob.page, 'Read the style guide, soon: example.com!')
  await expectLinks(bob.page, [['example.com', 'https://example.com']])
  await expectSaved(page)
})

test('an address that is pasted on words becomes their link; one that is typed or pasted alone links itself', async ({
  signIn,
}) => {
  const { ann, bob } = await openTogether(signIn)
  const { page } = ann
  await textOf(page).click()
  await page.keyboard.type('our rules')
  await page.keyboard.press('Control+Shift+ArrowLeft')
  await paste(page, { 'text/plain': 'https://example.com/style_guide-2#rules' })
  const links: [string, string][] = [['rules', 'https://example.com/style_guide-2#rules']]
  await expectLinks(bob.page, links)
  await expectTyped(bob.page, 'our rules')

  await page.keyboard.press('End')
  await page.keyboard.type(' and www.example.com too, ')
  links.push(['www.example.com', 'https://www.example.com'])
  await expectLinks(bob.page, links)
  await paste(page, { 'text/plain': 'https://example.com/a_b' })
  links.push(['https://example.com/a_b', 'https://example.com/a_b'])
  await expectLinks(bob.page, links)
  await page.keyboard.type(' or [here](https://example.com/here).')
  links.push(['here', 'https://example.com/here'])
  await expectLinks(bob.page, links)
  await expectTyped(bob.page, 'our rules and www.example.com too, https://example.com/a_b or here.')
  await expectSaved(page)

  // Another one takes a link away.
  await textOf(bob.page).getByRole('link').first().click()
  await bob.page.keyboard.press('Control+k')
  await bob.page.getByRole('button', { name: 'Remove link' }).click()
  await expectLinks(page, links.slice(1))
})
