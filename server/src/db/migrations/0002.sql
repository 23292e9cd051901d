{fold}
