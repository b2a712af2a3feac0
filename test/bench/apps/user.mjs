/** What `GET /users/:id` replies, the same bytes in every framework. */
export const user = (id) => ({
  id,
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  roles: ['admin', 'author'],
  createdAt: '1815-12-10T00:00:00.000Z',
});
