// #region total
import { compile } from '@millrace/jq';

const total = compile('[.lines[] | .price * .count] | add');
const order = {
  lines: [
    { price: 3, count: 2 },
    { price: 5, count: 1 },
  ],
};
console.log(total.first(order)); // 11
// #endregion
