import { Select } from '@mantine/core'
import type { Role } from '../../../shared/roles.ts'
import { listRoleOptions, ROLE_WORDS } from './role-words.ts'
import classes from './Sharing.module.css'

/** Chooses a role by its name; the list says what each one means. */
export function RoleSelect<Choice extends Role>(props: {
  label: string
  className: string | undefined
  /** A narrow field's list is wider than itself, and grows to the left. */
  isNarrow?: boolean
  /** The label is only read out: what stands beside the field says it. */
  isLabelHidden?: boolean
  roles: readonly Choice[]
  value: Choice
  onChange: (role: Choice) => void
}) {
  return (
    <Select
      {...(props.isLabelHidden ? { 'aria-label': props.label } : { label: props.label })}
      className={props.className ?? ''}
      data={listRoleOptions(props.roles)}
      value={props.value}
      allowDeselect={false}
      comboboxProps={props.isNarrow ? { width: 270, position: 'bottom-end' } : {}}
      renderOption={({ option }) => (
        <span className={classes.option}>
          {option.label}
          <span className={classes.detail}>{ROLE_WORDS[option.value as Choice].can}</span>
        </span>
      )}
      onChange={(value) => value && props.onChange(value as Choice)}
    />
  )
}
