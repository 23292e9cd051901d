SwaggerUIBundle({
  dom_id: '#ui',
  url: '/openapi/management.json',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
})
