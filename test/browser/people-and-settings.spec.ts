import { addMember, createPage, firstDrive, register, request } from '../support/people.ts'
import { expectNoBarriers } from './barriers.ts'
import { expect, expectReady, openNewPage, test, textOf } from './fixtures.ts'

// Two browsers and many steps take their time on a busy machine.
test.describe.configure({ timeout: 180_000 })

test('A3 · people get roles, are named on a page that is only for them, and leave', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'viewer')
  const drive = await firstDrive(ann.person)
  const id = await openNewPage(ann, 'Budget')
  await ann.page.getByTestId('share-button').click()
  const dialog = ann.page.getByRole('dialog', { name: 'Share' })
  await dialog.getByRole('combobox', { name: 'Role of Bob Brown' }).click()
  await ann.page.getByRole('option', { name: 'Editor' }).click()
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)

  await dialog.getByLabel('Only for people named here').click()
  await expect(bob.page.getByText('It was restricted to some people')).toBeVisible()
  await dialog.getByLabel('Somebody of the drive').click()
  await ann.page.getByRole('option', { name: /Bob Brown/ }).click()
  await dialog.getByRole('button', { name: 'Name', exact: true }).click()
  await expect(dialog.getByTestId('grant')).toContainText('Bob Brown')
  await expectNoBarriers(ann.page, 'page that is only for some')
  await expectReady(bob.page)
  await ann.page.keyboard.press('Escape')

  await bob.page.getByRole('button', { name: `More for ${drive.name}` }).click()
  await bob.page.getByRole('menuitem', { name: 'Leave drive' }).click()
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await expect(bob.page.getByRole('heading', { name: drive.name })).toHaveCount(0)
})

test('the drive is given to another member, who is its owner at once', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const drive = await firstDrive(ann.person)
  await ann.page.goto('/')
  await bob.page.goto('/')
  // Who is shown to be here hears what happens.
  await expect(bob.page.getByTestId('presence').getByLabel(/^Bob Brown/)).toBeVisible()
  await ann.page.getByRole('button', { name: `More for ${drive.name}` }).click()
  await ann.page.getByRole('menuitem', { name: 'People' }).click()
  const dialog = ann.page.getByRole('dialog', { name: 'People' })
  await dialog.getByRole('button', { name: 'More for Bob Brown' }).click()
  await ann.page.getByRole('menuitem', { name: 'Make owner' }).click()
  await ann.page.getByRole('button', { name: 'Give it away' }).click()
  await expect(dialog.getByTestId('member').filter({ hasText: 'Bob Brown' })).toContainText('Owner')
  await expect(bob.page.getByText(`“${drive.name}” is yours now`)).toBeVisible()
})

test('a link with a password and an end lets in who knows it, and they write under a name they choose', async ({
  signIn,
  openWindow,
}) => {
  const ann = await signIn('Ann Archer')
  await openNewPage(ann, 'Open house')
  await ann.page.getByTestId('share-button').click()
  const dialog = ann.page.getByRole('dialog', { name: 'Share' })
  await dialog.getByRole('combobox', { name: 'Works' }).click()
  await ann.page.getByRole('option', { name: 'For a week' }).click()
  await dialog.getByLabel('Password (if you like)').fill('sesame')
  await dialog.getByRole('button', { name: 'Create link' }).click()
  await expect(dialog.getByTestId('share-link')).toContainText('with a password')
  await expect(dialog.getByTestId('share-link')).toContainText('until')
  const address = await dialog.getByLabel('Link address').inputValue()
  const guest = await openWindow()
  await guest.goto(address)
  await guest.getByLabel('Your name').fill('Gwen Guest')
  await guest.getByRole('button', { name: 'Continue as guest' }).click()
  await expect(guest.getByRole('alert')).toContainText('asks for a password')
  await guest.getByLabel('Password of the link').fill('sesam')
  await guest.getByRole('button', { name: 'Continue as guest' }).click()
  await expect(guest.getByRole('alert')).toContainText('not the password of the link')
  await expectNoBarriers(guest, 'link with a password')
  await guest.getByLabel('Password of the link').fill('sesame')
  await guest.getByRole('button', { name: 'Continue as guest' }).click()
  await expectReady(guest)
  await expect(guest.getByTestId('page-title')).toHaveValue('Open house')
  expect(guest.url()).not.toContain(new URL(address).hash)
  await textOf(guest).click()
  await guest.keyboard.type('hello from outside')
  await expect(textOf(ann.page)).toContainText('hello from outside')
  await expect(ann.page.locator('.collaboration-caret__label')).toHaveText('Gwen Guest')
})

test('settings: a name that others see, a password, devices, the look', async ({ signIn, server }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const { page } = bob
  await page.goto('/')
  await page.getByRole('button', { name: 'Your menu: Bob Brown' }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Bob Baker')
  await page.getByRole('button', { name: 'Save name' }).click()
  await expect(page.getByRole('button', { name: 'Your menu: Bob Baker' })).toBeVisible()
  const { id } = await createPage(ann.person)
  await ann.page.goto(`/pages/${id}`)
  await ann.page.getByTestId('share-button').click()
  await expect(ann.page.getByTestId('member').filter({ hasText: 'Bob Baker' })).toBeVisible()

  const { email, password } = bob.person
  await request(server.url, 'POST', '/api/auth/login', { body: { email, password } })
  await page.getByLabel('Present password').fill('wrong')
  await page.getByLabel('New password').fill('another long password')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('This is not your present password.')).toBeVisible()
  await page.getByLabel('Present password').fill(password)
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('Your password is changed.')).toBeVisible()
  await expect(page.getByTestId('session')).toHaveCount(1)

  await page.getByText('Dark', { exact: true }).click()
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await expect(page.getByRole('button', { name: 'Delete my account' })).toBeDisabled()
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('whoever reloads again before the page is there stays signed in', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  await openNewPage(ann)
  for (let nr = 0; nr < 3; nr++) {
    const isAsked = page.waitForRequest(/\/api\/auth\/refresh$/)
    await page.reload({ waitUntil: 'commit' })
    await isAsked
    await page.reload({ waitUntil: 'commit' })
    await expectReady(page)
  }
})

test('files of Markdown and HTML become pages, and pages are downloaded as such', async ({ signIn }) => {
  const ann = await signIn('Ann Archer')
  const { page } = ann
  await openNewPage(ann, 'Notes')
  const { name: drive } = await firstDrive(ann.person)
  await page.getByRole('button', { name: `More for ${drive}` }).click()
  await expect(page.getByRole('menuitem', { name: 'Import Markdown or HTML…' })).toBeVisible()
  await page.keyboard.press('Escape')
  const importFile = async (name: string, mimeType: string, text: string, title: string) => {
    await page.getByTestId('import-file').setInputFiles({ name, mimeType, buffer: Buffer.from(text) })
    await expect(page.getByTestId('page-title')).toHaveValue(title)
    await expectReady(page)
  }
  const download = async (item: string) => {
    const waiting = page.waitForEvent('download')
    await page.getByRole('button', { name: 'More for this page' }).click()
    await page.getByRole('menuitem', { name: item }).click()
    const file = await waiting
    const chunks: Buffer[] = []
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
    return { name: file.suggestedFilename(), text: Buffer.concat(chunks).toString() }
  }

  await importFile('trip.md', 'text/markdown', '# Our trip\n\nTo the **sea**.\n', 'Our trip')
  await expect(textOf(page).locator('strong')).toHaveText('sea')
  const markdown = await download('Download as Markdown')
  expect(markdown.name).toBe('Our trip.md')
  expect(markdown.text).toMatch(/^# Our trip\n\nTo the.+\*\*sea\*\*\.\n$/)

  const html = '<title>?</title><h1>Fish &amp; chips</h1><p>Fried <em>twice</em>.</p>'
  await importFile('supper.html', 'text/html', html, 'Fish & chips')
  await expect(textOf(page).locator('em')).toHaveText('twice')
  await expect(textOf(page)).toHaveText('Fried twice.')
  const open = '<h1>Fish and <b>chips</b><p>Fried.</p><ul><li>Salt</ul>'
  await importFile('more.html', 'text/html', open, 'Fish and chips')
  await expect(textOf(page).locator('p')).toHaveText(['Fried.', 'Salt'])

  // What cannot be read is said, with the place; no page is made of it.
  const refuse = async (buffer: Buffer, words: string) => {
    await page.getByTestId('import-file').setInputFiles({ name: 'a.md', mimeType: 'text/markdown', buffer })
    await expect(page.getByRole('alert').filter({ hasText: words })).toBeVisible()
  }
  await refuse(Buffer.from([0x6e, 0x61, 0xef, 0x76, 0x65]), 'Save it as UTF-8 text')
  await expect(page.getByTestId('page-title')).toHaveValue('Fish and chips')

  // What a page has no place for can stay the text that it is written as.
  const choose = (text: string) =>
    page
      .getByTestId('import-file')
      .setInputFiles({ name: 'a.md', mimeType: 'text/markdown', buffer: Buffer.from(text) })
  const water = '# A\n\nb\n\nH<sub>2</sub>O ![a](b.png)\n'
  const question = page.getByRole('dialog', { name: 'The file holds more than a page can' })
  await choose(water)
  await expect(question).toContainText('Line 5: Pages have no place for <sub>.')
  await expectNoBarriers(page, 'a file with more than a page can hold')
  await question.getByRole('button', { name: 'Do not import' }).click()
  await expect(question).toHaveCount(0)
  await expect(page.getByTestId('page-title')).toHaveValue('Fish and chips')
  await choose(water)
  await question.getByRole('button', { name: 'Import it as text' }).click()
  await expect(page.getByTestId('page-title')).toHaveValue('A')
  await expect(textOf(page).locator('p')).toHaveText(['b', 'H<sub>2</sub>O ![a](b.png)'])
  await choose('# B\n\n| a |\n|---|\n| b | c |\n')
  await question.getByRole('button', { name: 'Import it as text' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Line 5: this row of a table' })).toBeVisible()
  await expect(page.getByTestId('page-title')).toHaveValue('A')
  await importFile('supper.html', 'text/html', html, 'Fish & chips')
  await expect(textOf(page)).toHaveText('Fried twice.')
  const file = await download('Download as HTML')
  expect(file.name).toBe('Fish & chips.html')
  expect(file.text).toMatch(/<h1>Fish &#38; chips<\/h1>\s+<p>Fried <em>twice<\/em>\.<\/p>/)
})

test('whoever deletes their drive may delete their account', async ({ openWindow, server }) => {
  const cleo = await register(server.url, 'Cleo Carter')
  const page = await openWindow()
  await page.goto('/settings')
  await page.getByLabel('E-mail').fill(cleo.email)
  await page.getByLabel('Password', { exact: true }).fill(cleo.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  const { name } = await firstDrive(cleo)
  await page.getByRole('button', { name: `More for ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Delete drive' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  await expect(page.getByText('A clean desk')).toBeVisible()
  await page.goto('/settings')
  await page.getByRole('button', { name: 'Delete my account' }).click()
  await page.getByRole('dialog').getByLabel('Your password').fill(cleo.password)
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  const { email, password } = cleo
  const again = await request(server.url, 'POST', '/api/auth/login', { body: { email, password } })
  expect(again.status).toBe(401)
})
