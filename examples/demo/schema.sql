create table users (
  id integer primary key,
  name text not null
);

create table orders (
  id integer generated always as identity primary key,
  user_id integer not null references users,
  product text not null,
  price numeric(10, 2) not null
);

insert into users values (1, 'Ada'), (2, 'Grace'), (3, 'Barbara'), (4, 'Radia'), (5, 'Frances');

insert into orders (user_id, product, price)
values (1, 'lamp', 49.90), (2, 'desk', 320.00), (3, 'chair', 149.50);
