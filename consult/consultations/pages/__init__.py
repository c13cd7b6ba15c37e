"""The pages where administrators make consultations, and the sentences about rounds that every room's pages say."""
