import express from 'express';

/** The routes of a small shop. Nothing in them is about monitoring but the two metrics of its own. */
export function createShop(app, { query, cached, monitoring }) {
  const placed = monitoring.metrics.counter({
    name: 'orders_placed_total',
    help: 'Orders placed, by product',
    labelNames: ['product'],
  });
  const value = monitoring.metrics.histogram({
    name: 'order_value_euros',
    help: 'Value of an order in euros',
    buckets: [10, 50, 100, 500, 1000],
  });

  async function findUser(id) {
    const [user] = await query('SELECT', 'users', 'select * from users where id = $1', [id]);
    return user;
  }

  app.use(express.json());

  app.get('/users/:id', async (req, res) => {
    const { id } = req.params;
    const user = await cached(`user:${id}`, () => findUser(id));
    if (user === undefined) res.status(404).json({ error: 'no such user' });
    else res.json(user);
  });

  app.get('/orders/:id', async (req, res) => {
    const text = 'select * from orders where id = $1';
    const [order] = await query('SELECT', 'orders', text, [req.params.id]);
    if (order === undefined) return res.status(404).json({ error: 'no such order' });
    res.json({ ...order, user: await findUser(order.user_id) });
  });

  app.post('/orders', async (req, res) => {
    const { userId, product, price } = req.body ?? {};
    if (!(price > 0)) return res.status(400).json({ error: 'price must be above 0' });
    const text = 'insert into orders (user_id, product, price) values ($1, $2, $3) returning *';
    const [order] = await query('INSERT', 'orders', text, [userId, product, price]);
    placed.inc({ product });
    value.observe(price);
    monitoring.logger.info({ order: order.id, product }, 'order placed');
    res.status(201).json(order);
  });

  app.get('/report', async (_req, res) => {
    const text = 'select count(*)::int as orders, pg_sleep(0.3)::text from orders';
    const [{ orders }] = await query('SELECT', 'orders', text);
    res.json({ orders });
  });

  app.get('/invoices/:id', () => {
    throw new Error('the invoice template is missing');
  });

  app.use((error, _req, res, _next) => {
    res.status(error.status ?? 500).json({ error: 'something went wrong' });
  });
}
