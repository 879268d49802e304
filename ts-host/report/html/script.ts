// What a report does when it is touched: layers sorted and filtered, details opened by links. The page is whole without it.

export const SCRIPT = `
(() => {
  const list = document.querySelector('.bars');
  const tools = document.getElementById('tools');
  const opened = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === 'DETAILS') {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener('hashchange', opened);
  for (const link of document.querySelectorAll('a[href^="#layer"]')) {
    link.addEventListener('click', () => setTimeout(opened));
  }
  opened();
  if (!list || !tools) return;
  tools.hidden = false;
  const items = [...list.children];
  const rank = (item) => Number(item.dataset.rank);
  const sort = () => {
    const worst = document.getElementById('worst').checked;
    const sorted = worst ? [...items].sort((a, b) => rank(a) - rank(b)) : items;
    list.append(...sorted);
  };
  const search = document.getElementById('search');
  const none = document.getElementById('none');
  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const item of items) {
      item.hidden = wanted !== '' && !item.dataset.text.includes(wanted);
      if (!item.hidden) shown++;
    }
    none.hidden = shown > 0;
  };
  for (const input of document.querySelectorAll('input[name="order"]')) input.addEventListener('change', sort);
  search.addEventListener('input', filter);
  sort();
  filter();
})();
`;
