/**
 * Imported before anything that imports graphql: outside of production graphql-js compares the names of classes at
 * every check of a type, 4 % of the API's time in a search. Whoever has set NODE_ENV keeps what was set.
 */
process.env.NODE_ENV ??= 'production';
