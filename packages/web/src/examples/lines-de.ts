/** What each example shows, in German, by its name. */
export const germanLines: Readonly<Record<string, string>> = {
  hello: 'Eine Pause und ein Ausdruck',
  'stock-check': 'Ein Aufruf, eine Entscheidung über die Antwort, noch ein Aufruf',
  order: 'Zwei Aufrufe gleichzeitig, einer davon mit Wiederholungen',
  'order-fulfilment': 'Rücknahme in catch; der Kontext weiß, was schon getan ist',
  'trip-booking':
    'Eine Saga: zu jedem Schritt wird notiert, wie man ihn zurücknimmt, und rückwärts wird es getan',
  'idempotent-payment':
    'Ein eigener Idempotenzschlüssel: einmal bezahlt, auch wenn eine Antwort verloren geht',
  'weather-retry': 'Eine benannte Regel für Wiederholungen: exponentiell, mit Streuung, nicht bei 4xx',
  'canary-release': 'Ein eigener Fehler, ausgelöst durch eine Messung, nimmt die neue Version zurück',
  'product-page': 'Auffächern mit fork, und ein Zweig, der scheitern darf',
  'fastest-mirror': 'compete: die erste gute Antwort gewinnt',
  'webhook-relay': 'Eine Schleife über Empfänger, jeder mit eigener Wiederholung und eigenem Schlüssel',
  'customer-list': 'Die Seiten einer API, mit einem then, das zurückführt',
  'site-crawl': 'Eine Warteschlange in den Daten, Pausen, und eine Website, die 429 antwortet',
  'report-export': 'Nachfragen in wachsenden Abständen, ein Zeitlimit, und Aufräumen danach',
  'purchase-approval': 'Die Entscheidung eines Menschen, mit Frist',
  'invoice-reminders': 'Lange Pausen, und Ereignisse mit emit',
  'payment-notice': 'Ein Ereignis, auf das gewartet wird, verknüpft über eine Bestellung',
  'daily-report': 'Der Inhalt eines geplanten Auftrags, einmal am Tag verschickt',
  'sales-etl': 'Von CSV zu Summen, mit jq',
  'batch-import': 'Zeilen gegen ein JSON Schema geprüft, schlechte beiseitegelegt',
  'invoice-extraction':
    'Ein Sprachmodell mit geheimem Schlüssel, berichtigt, bis seine Antwort zu einem Schema passt',
  petstore: 'Operationen eines OpenAPI-Dokuments',
  'ticket-routing': 'switch über Daten',
  'customer-onboarding': 'Schritte in Gruppen, und ein weitergegebener Kontext mit Schema',
};
