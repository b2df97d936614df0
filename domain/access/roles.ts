/** What a person is to this installation; one role each. */
export const roles = ['user', 'coach', 'operator', 'approver', 'on_call', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What a token may be used for; a person's own login may be used for all of it. */
export const scopes = ['read', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Whose objects an operation reaches for a role: nobody's (it is refused), one's own, or everybody's. */
export type Reach = 'none' | 'own' | 'all';
