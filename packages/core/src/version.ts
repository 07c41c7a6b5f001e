/** The version of Millrace: of all its packages. A test holds it against theirs. */
export const version = '0.1.0';
