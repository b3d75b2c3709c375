import { expect, openNewPage, test, textOf } from './fixtures.ts'

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
