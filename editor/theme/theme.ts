import {
  type ActionIconProps,
  type ButtonProps,
  type CSSVariablesResolver,
  createTheme,
  type ModalProps,
  type NotificationProps,
  type PasswordInputProps,
  type TooltipProps,
} from '@mantine/core'

const SANS =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI Variable Text', 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
const SERIF =
  "'Iowan Old Style', 'Charter', 'Bitstream Charter', 'Sitka Heading', 'Source Serif 4', 'Noto Serif', Cambria, Georgia, 'Liberation Serif', serif"
const MONO = "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', 'Liberation Mono', Menlo, monospace"

/** Copydesk's look: warm paper, ink, and the green of a bound ledger. */
export const theme = createTheme({
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  headings: { fontFamily: SERIF, fontWeight: '600' },
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '18px' },
  colors: {
    pine: [
      '#eaf5f1',
      '#d5e8e1',
      '#a9d3c4',
      '#7fc2ad',
      '#62b399',
      '#3f9d7e',
      '#2c7f64',
      '#17624f',
      '#0f5342',
      '#054435',
    ],
    gray: [
      '#f6f4ef',
      '#efece5',
      '#e4e0d7',
      '#d6d1c6',
      '#b8b2a6',
      '#857f74',
      '#676259',
      '#4d4943',
      '#34312d',
      '#211f1c',
    ],
    dark: [
      '#e9e5dd',
      '#cbc6bc',
      '#aaa49a',
      '#857f76',
      '#4a4641',
      '#3a3733',
      '#282623',
      '#1b1a18',
      '#151412',
      '#0f0e0d',
    ],
  },
  shadows: {
    md: '0 1px 2px rgb(30 25 15 / 6%), 0 8px 28px rgb(30 25 15 / 12%)',
  },
  // By name: to import a component for its settings would load it before it is used.
  components: {
    Tooltip: {
      defaultProps: { openDelay: 350, withArrow: false, fz: 'xs' } satisfies Partial<TooltipProps>,
    },
    ActionIcon: {
      defaultProps: { variant: 'subtle', color: 'gray', size: 34 } satisfies Partial<ActionIconProps>,
    },
    Button: { defaultProps: { fw: 550 } satisfies Partial<ButtonProps> },
    Notification: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
      } satisfies Partial<NotificationProps>,
    },
    PasswordInput: {
      // Not 'Show password': the label of the field must name one thing only.
      defaultProps: {
        visibilityToggleButtonProps: { 'aria-label': 'Show what I typed' },
      } satisfies Partial<PasswordInputProps>,
    },
    Modal: {
      styles: { title: { fontFamily: SERIF, fontSize: '1.3rem', fontWeight: 600 } },
      defaultProps: {
        ...{ centered: true, overlayProps: { backgroundOpacity: 0.4, blur: 2 } },
        closeButtonProps: { 'aria-label': 'Close' },
      } satisfies Partial<ModalProps>,
    },
  },
  other: { serif: SERIF },
})

/** The surfaces that Mantine's own palette has no name for; everything of ours uses these `--desk-*`. */
export const resolveCssVariables: CSSVariablesResolver = () => ({
  variables: { '--desk-serif': SERIF, '--desk-column': '44rem' },
  light: {
    '--mantine-color-body': '#fbfaf7',
    '--mantine-color-text': '#24211d',
    '--mantine-color-dimmed': '#676259',
    '--mantine-color-error': '#b3261e',
    '--desk-side': '#f4f1ea',
    '--desk-line': '#e4e0d7',
    '--desk-hover': '#ebe7de',
    '--desk-selected': '#e2ece6',
    '--desk-accent': '#17624f',
    '--desk-warn': '#8a5300',
    '--desk-warn-surface': '#fdf1dc',
    '--desk-danger': '#b3261e',
    '--mantine-color-red-filled': '#b3261e',
    '--mantine-color-red-filled-hover': '#98201a',
    '--mantine-color-red-light': '#fbe9e7',
    '--mantine-color-red-light-hover': '#f6dad7',
    '--mantine-color-red-light-color': '#b3261e',
    '--desk-danger-surface': '#fbe9e7',
    '--desk-code': '#f1eee7',
    '--desk-comment': '#fbeec4',
    '--desk-comment-active': '#f7de92',
    '--desk-comment-line': '#d9a92b',
  },
  dark: {
    '--mantine-color-body': '#1b1a18',
    '--mantine-color-text': '#e9e5dd',
    '--mantine-color-dimmed': '#aaa49a',
    '--mantine-color-error': '#ff9d94',
    '--desk-side': '#151412',
    '--desk-line': '#34312d',
    '--desk-hover': '#262421',
    '--desk-selected': '#233029',
    '--desk-accent': '#7fc2ad',
    '--desk-warn': '#eeb866',
    '--desk-warn-surface': '#33281a',
    '--desk-danger': '#ff9d94',
    '--mantine-color-red-filled': '#c0392b',
    '--mantine-color-red-filled-hover': '#a93226',
    '--mantine-color-red-light': '#331d1b',
    '--mantine-color-red-light-hover': '#402421',
    '--mantine-color-red-light-color': '#ff9d94',
    '--desk-danger-surface': '#331d1b',
    '--desk-code': '#262421',
    '--desk-comment': '#332b13',
    '--desk-comment-active': '#46390f',
    '--desk-comment-line': '#b98f2e',
  },
})
