import {confusionMatrices} from './confusion.js';
import {learningCurves} from './curves.js';
import {differences} from './differences.js';
import {fill, h} from './dom.js';
import {pageHeader, verdictCard} from './header.js';
import {unpack} from './pack.js';
import {runDetails} from './run-details.js';
import {State} from './state.js';
import {settingsOverview} from './sweep.js';
import {runTable} from './table.js';

/** Builds the page of a report from the data inside its document. */
function showReport(text: string): void {
  const state = new State(unpack(JSON.parse(text)));
  const main = h(
    'main',
    {},
    verdictCard(state),
    runTable(state),
    learningCurves(state),
    settingsOverview(state),
    confusionMatrices(state),
    differences(state),
    runDetails(state),
  );
  const root = h('div', {id: 'page'});
  document.body.append(root);
  fill(
    root,
    pageHeader(state, main),
    main,
    h(
      'footer',
      {},
      `Made by exp ${state.data.version}. Charts: Apache ECharts. Everything is in this file; it loads nothing.`,
    ),
  );
  document.documentElement.dataset.ready = 'true';
}

const data = document.getElementById('data');
if (data) showReport(data.textContent ?? '');
