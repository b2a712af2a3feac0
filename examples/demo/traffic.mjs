/** The request whose log line and trace the demo shows, by the id that it is sent with. */
export const SHOWN_REQUEST_ID = 'demo-order-1';

const order = (product, price) => ({ userId: 1, product, price });

/** What a shop sees on a good day: most of it works, some of it does not, and strangers knock. */
const requests = [
  ...[1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2].map((id) => ({ path: `/users/${id}` })),
  ...[98, 99].map((id) => ({ path: `/users/${id}` })),
  ...[1, 2, 3, 1, 2].map((id) => ({ path: `/orders/${id}` })),
  { path: '/orders/1', headers: { 'x-request-id': SHOWN_REQUEST_ID } },
  ...[order('lamp', 49.9), order('lamp', 59.9), order('desk', 320), order('lamp', 49.9)].map(post),
  post(order('lamp', -1)),
  ...[1, 2].map(() => ({ path: '/report' })),
  ...[1, 2, 3].map((id) => ({ path: `/invoices/${id}` })),
  ...['/wp-login.php', '/.env', '/admin'].map((path) => ({ path })),
];

function post(body) {
  const headers = { 'content-type': 'application/json' };
  return { path: '/orders', method: 'POST', headers, body: JSON.stringify(body) };
}

/** Sends the requests one after the other and resolves to how many they were. */
export async function sendTraffic(url, signal) {
  for (const { path, ...init } of requests) {
    const response = await fetch(`${url}${path}`, { ...init, signal });
    await response.arrayBuffer();
  }
  return requests.length;
}
