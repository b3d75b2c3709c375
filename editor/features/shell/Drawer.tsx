/** What slides in over the page; not needed to read it, so it is loaded behind. */
export { Drawer as default } from '@mantine/core'
